using System.Diagnostics;
using System.Runtime.CompilerServices;
using ControlPlane.Testing;
using k8s;
using k8s.Models;

namespace ControlPlane.Functional.Tests.Configuration;

/// <summary>What Helm makes of deploy/helm: objects that Kubernetes knows, with settings that the server knows.</summary>
public sealed class ChartTests
{
    private const string Postgres =
        "storage.engine=postgres,keys.existingSecret=keys,storage.connectionString.existingSecret=database";

    private const string Everything =
        "tls.existingSecret=tls,metrics.enabled=true,metrics.serviceMonitor.enabled=true,settings.Retention:Payloads=3.00:00:00,settings.Doors:Svix=false";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("image.tag=1.2.3", nameof(V1StatefulSet))]
    [InlineData($"storage.engine=sqlite,storage.storageClassName=fast,keys.existingSecret=keys,{Everything}", nameof(V1StatefulSet))]
    [InlineData($"{Postgres}", nameof(V1Deployment))]
    [InlineData($"{Postgres},{Everything}", nameof(V1Deployment))]
    public async Task Chart_MakesAPodThatMayDoLittleAndWhoseSettingsTheServerKnows(string values, string kind)
    {
        var objects = await RenderAsync(values);

        var workload = Assert.Single(objects, each => each.GetType().Name == kind);
        var pod = workload is V1Deployment deployment ? deployment.Spec.Template.Spec : ((V1StatefulSet)workload).Spec.Template.Spec;
        var container = Assert.Single(pod.Containers);
        Assert.Equal((true, false), (pod.SecurityContext.RunAsNonRoot, pod.AutomountServiceAccountToken));
        Assert.Equal((true, false), (container.SecurityContext.ReadOnlyRootFilesystem, container.SecurityContext.AllowPrivilegeEscalation));
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.Equal(
            ("/readyz", "/healthz"), (container.ReadinessProbe.HttpGet.Path, container.LivenessProbe.HttpGet.Path));
        Assert.Contains(container.VolumeMounts, mount => mount.MountPath == "/data" && mount.ReadOnlyProperty != true);
        Assert.Contains(objects, each => each is V1PodDisruptionBudget);
        var policy = Assert.Single(objects.OfType<V1NetworkPolicy>());
        Assert.Contains(policy.Spec.Egress, rule => rule.To.Any(to => to.IpBlock?.Except?.Contains("169.254.0.0/16") == true));
        await KnowsAsync(container);
    }

    [Theory]
    [InlineData("storage.engine=postgres", "/keys/existingSecret")]
    [InlineData("storage.engine=oracle", "/storage/engine")]
    [InlineData("replica=3", "'replica' not allowed")]
    [InlineData("settings.Egress=x", "'Egress' does not match")]
    public async Task Values_ThatAreWrong_AreNamed(string values, string named)
    {
        var (code, _, errors) = await HelmAsync("template", "hooks", Chart(), "--set", values);

        Assert.NotEqual(0, code);
        Assert.Contains(named, errors, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<object>> RenderAsync(string values)
    {
        var lint = await HelmAsync("lint", "--strict", "--set", values, Chart());
        Assert.True(lint.Code == 0, lint.Output);
        var (code, output, errors) = await HelmAsync("template", "hooks", Chart(), "--set", values);
        Assert.True(code == 0, errors);
        // The operator's own kind is none of Kubernetes'.
        var documents = output.Split("\n---\n").Where(document => !document.Contains("kind: ServiceMonitor", StringComparison.Ordinal));
        // Strict: a name or a type that Kubernetes does not have at that place is an error.
        return [.. documents.SelectMany(document => KubernetesYaml.LoadAllFromString(document, null, strict: true))];
    }

    /// <summary>The server itself checks what the container sets, with something in the place of each secret.</summary>
    private static async Task KnowsAsync(V1Container container)
    {
        using var authority = new TestAuthority();
        using var setup = new ServerSetup(authority.AuthorityPem);
        setup.Arguments = ["--check-config"];
        setup.Settings.Clear();
        foreach (var variable in container.Env.Where(each => each.Name.StartsWith("ControlPlane__", StringComparison.Ordinal)))
        {
            setup.Settings[variable.Name["ControlPlane__".Length..].Replace("__", ":", StringComparison.Ordinal)] =
                variable.Value ?? Secret(variable.ValueFrom.SecretKeyRef.Key);
        }

        // Where the secret is mounted there is nothing here.
        if (setup.Settings.Remove("Listen:CertificatePath"))
        {
            setup.Settings.Remove("Listen:KeyPath");
            setup.Settings["Listen:Grpc"] = "http://*:7400";
        }

        var log = new ServerLog();
        await using var run = new ServerRun(setup, log);
        Assert.True(await run.ExitAsync() == 0, log.Text);
        Assert.DoesNotContain("ignored", log.Text, StringComparison.Ordinal);
    }

    private static string Secret(string key) => key switch
    {
        "masterKey" => Convert.ToBase64String(new byte[32]),
        "bootstrapKey" => ServerSetup.PlatformKey,
        "connectionString" => "Host=database;Database=controlplane;Username=controlplane;Password=secret",
        _ => throw new ArgumentException($"The chart asks for {key} of a secret, which no document names.", nameof(key)),
    };

    private static async Task<(int Code, string Output, string Errors)> HelmAsync(params string[] arguments)
    {
        using var helm = Process.Start(new ProcessStartInfo("helm", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (helm.StandardOutput.ReadToEndAsync(Cancelled), helm.StandardError.ReadToEndAsync(Cancelled));
        await helm.WaitForExitAsync(Cancelled).WaitAsync(Eventually.Limit, TimeProvider.System, Cancelled);
        return (helm.ExitCode, await output, await errors);
    }

    private static string Chart([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../../deploy/helm/controlplane"));
}
