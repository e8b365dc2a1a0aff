using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Trust;
using ControlPlane.Server.Access;
using ControlPlane.Server.Administration;
using ControlPlane.Server.Api.Hardening;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Server.Deliveries.Redriving;
using ControlPlane.Server.Doors.Platforms;
using ControlPlane.Server.Filtering;
using ControlPlane.Server.Publishing;
using ControlPlane.Server.Recording;
using ControlPlane.Server.Schemas;
using ControlPlane.Server.Sending;
using ControlPlane.Server.Telemetry;
using ControlPlane.Server.Webhooks.Inspecting;
using ControlPlane.Server.Webhooks.Settings;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests;

/// <summary>docs/security.md lists every bound as it is.</summary>
public sealed partial class BoundTableTests
{
    private const int Mebi = 1 << 20;

    private static readonly string Root = FindRoot();
    private static readonly string[] Rows = [.. File.ReadLines(Path.Combine(Root, "docs/security.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal))];

    private static readonly Dictionary<string, Type> Options = typeof(EventIds).Assembly.GetTypes()
        .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && type.Namespace!.StartsWith("ControlPlane.Server", StringComparison.Ordinal))
        .ToDictionary(type => type.Name[..^"Options".Length]);

    /// <summary>What bounds, of all settings, besides those whose names say so.</summary>
    private static readonly string[] AlsoBounds = ["Queue", "QueuePerWebhook", "QueuedPayloadBytes", "Ring", "SlowConsumer"];

    /// <summary>What is fixed in the code, and the words of its row.</summary>
    public static TheoryData<string, string> Fixed => new()
    {
        { "the `tracestate`", $"| {TraceHeaders.LongestState} characters |" },
        { "all settings of a webhook", $"| {WebhookLimits.Bytes >> 10} KiB |" },
        {
            "client certificate's chain",
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {ClientCertificateValidator.MostCertificates}, of {ClientCertificateValidator.LongestChain:N0} characters in all; the private key {ClientCertificateValidator.LongestKey:N0} |")
        },
        { "answer of a token endpoint", $"| {TokenFetcher.MostBytes >> 10} KiB |" },
        { "a body that a platform's API is sent", $"| {PlatformRoutes.MostBytes >> 10} KiB |" },
        { "steps of all filters", string.Create(CultureInfo.InvariantCulture, $"| {FilterBudget.MostSteps:N0} |") },
        { "steps of judging payloads by schemas", string.Create(CultureInfo.InvariantCulture, $"| {SchemaBudget.MostSteps:N0} |") },
        { "a schema of an event type", string.Create(CultureInfo.InvariantCulture, $"| {EventSchema.MaximumBytes:N0} bytes each |") },
        { "steps of one filter", string.Create(CultureInfo.InvariantCulture, $"| {Evaluation.MostSteps:N0} |") },
        { "work in one commit", $"up to {FairQueue<string>.Credit.TotalMilliseconds} ms of its work ahead of the others" },
        { "bytes of a page", $"| {BoundedPage.Bytes / Mebi} MiB |" },
        { "lists under way", $"| {ReadTurns.Lists}, of one tenant 1" },
        { "other calls that read", $"| {ReadTurns.Others}, of one tenant {ReadTurns.OthersPerTenant}" },
        { "not read yet | a connection", $"| {UnreadBytes.PerConnection / Mebi} MiB |" },
        { "not read yet | a tenant", $"| {UnreadBytes.PerCaller / Mebi} MiB |" },
        { "not read yet | the process", $"| {UnreadBytes.PerProcess / Mebi} MiB, and {UnreadBytes.Always / Mebi} MiB for each" },
        { "how long a charged message takes", $"| {UnfinishedBytes.Arrival.TotalSeconds} s, and at least" },
        { "webhooks that a key is for", $"| {ApiKeyValidator.MostWebhooks} |" },
        { "unfinished messages with a key | a connection", $"| {UnfinishedBytes.PerConnection / Mebi} MiB |" },
        { "unfinished messages with a key | an API key", $"| {UnfinishedBytes.PerKey / Mebi} MiB |" },
        { "unfinished messages | the process", $"| {UnfinishedBytes.PerProcess / Mebi} MiB |" },
        { "redrives at work", $"| {RedriveWorker.MostPerTenant}, of {RedriveWorker.Most} in all |" },
        { "erasures under way", $"| 1, of {EventErasure.Most} in all |" },
        { "tests and probes", $"| {TrialLimit.MostPerTenant}, of {TrialLimit.Most} in all |" },
        { "certificates end soon", string.Create(CultureInfo.InvariantCulture, $"| {EndingCertificates.Most:N0} |") },
        { "lookups of names", $"| {DnsResolver.MaxLookupsPerOwner}, of {DnsResolver.MaxLookups} in all |" },
        { "connections to receivers", $"after {OpenSockets.LongestWait.TotalSeconds} s |" },
        { "lines in the log", $"| 1 in {FailureLines.Quiet.TotalSeconds} s, of a tenant {FailureLines.PerTenant} |" },
    };

    [Theory]
    [MemberData(nameof(Fixed))]
    public void Row_OfWhatIsFixed_SaysWhatTheCodeDoes(string row, string bound) =>
        Assert.Contains(bound, Assert.Single(Rows, line => line.Contains(row, StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void Settings_InTheTable_Exist()
    {
        var named = Rows.SelectMany(row => Setting().Matches(row)).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, setting => Assert.NotNull(Find(setting)));
    }

    [Fact]
    public void Settings_WithDefaults_AreAsTheTableSays() => Assert.Empty(
        from row in Rows
        let setting = Setting().Match(row)
        where setting.Success
        let property = Find(setting)!
        let value = property.GetValue(Activator.CreateInstance(property.DeclaringType!))
        let bound = row.Split('|')[3].Trim()
        where !Words(value).Any(words => bound == words || bound.StartsWith(words + ",", StringComparison.Ordinal))
        select $"{setting.Value} is {value}, and the table says {bound}");

    [Fact]
    public void Settings_ThatBound_AreInTheTable() => Assert.Empty(
        from option in Options
        from property in option.Value.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where property.CanWrite && (property.Name.StartsWith("Max", StringComparison.Ordinal) || AlsoBounds.Contains(property.Name))
        let name = $"ControlPlane:{option.Key}:{property.Name}"
        where !Rows.Any(row => row.Contains($"`{name}`", StringComparison.Ordinal))
        select name);

    [Fact]
    public void Reasons_InTheTable_ExistInTheCode()
    {
        var code = string.Concat(Directory.EnumerateFiles(Path.Combine(Root, "src/ControlPlane.Server"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText));
        var reasons = Rows.SelectMany(row => Reason().Matches(row)).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(reasons);
        Assert.All(reasons, reason => Assert.Contains($"\"{reason}\"", code, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Words(object? value) => value switch
    {
        TimeSpan time => [$"{time.TotalSeconds} s"],
        IConvertible number => Words(number.ToInt64(null)),
        _ => [],
    };

    private static IEnumerable<string> Words(long number) =>
    [
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{number:N0}"), $"{number >> 10} KiB", $"{number / Mebi} MiB",
    ];

    private static PropertyInfo? Find(Match setting) =>
        Options.TryGetValue(setting.Groups[1].Value, out var options) ? options.GetProperty(setting.Groups[2].Value) : null;

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ControlPlane.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    [GeneratedRegex("`ControlPlane:([A-Za-z]+):([A-Za-z]+)`")]
    private static partial Regex Setting();

    [GeneratedRegex("`([A-Z]+(?:_[A-Z]+)+)`")]
    private static partial Regex Reason();
}
