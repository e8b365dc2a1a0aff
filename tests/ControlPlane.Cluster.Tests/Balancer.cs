using System.Text.RegularExpressions;
using ControlPlane.Testing;

namespace ControlPlane.Cluster.Tests;

/// <summary>nginx in front of the nodes, as the documentation has it: the complete sample with the part of several nodes put into it.</summary>
internal static partial class Balancer
{
    public static Task<PeerProcess> StartAsync(int port, Cluster cluster)
    {
        var setup = cluster.Nodes[0].Setup;
        var pem = setup.PathOf("proxy.pem");
        var certificates = cluster.Receiver.Certificates;
        File.WriteAllText(pem, $"{certificates.ServerPem}\n{certificates.ServerKeyPem}\n");
        var told = Read("operations.md");
        var (upstream, repeat) = (Upstream().Match(told).Value, Repeat().Match(told).Groups[1].Value);
        Assert.NotEmpty(repeat);
        foreach (var (i, node) in cluster.Nodes.Index())
        {
            Assert.Contains($"node{i + 1}:7400", upstream, StringComparison.Ordinal);
            upstream = upstream.Replace($"node{i + 1}:7400", node.Setup.Grpc.Authority, StringComparison.Ordinal);
        }

        var text = Upstream().Replace(Read("nginx.conf"), upstream)
            .Replace("grpc_pass grpc://controlplane;", $"grpc_pass grpc://controlplane;\n{repeat};", StringComparison.Ordinal)
            .Replace("*:443", $"127.0.0.1:{port}", StringComparison.Ordinal)
            .Replace("/etc/controlplane/proxy.pem", pem, StringComparison.Ordinal);
        Assert.Contains(upstream, text, StringComparison.Ordinal);
        Assert.Contains(repeat, text, StringComparison.Ordinal);
        return PeerProcess.StartNginxAsync(setup.Folder.FullName, port, text);
    }

    private static string Read(string document) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", document));

    [GeneratedRegex(@"upstream controlplane \{[^}]*\}")]
    private static partial Regex Upstream();

    [GeneratedRegex("`(grpc_next_upstream [^`]+)`")]
    private static partial Regex Repeat();
}
