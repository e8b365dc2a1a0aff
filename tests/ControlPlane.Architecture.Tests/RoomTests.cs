using System.Text.RegularExpressions;

namespace ControlPlane.Architecture.Tests;

public sealed partial class RoomTests
{
    private const string Server = "src/ControlPlane.Server";

    /// <summary>The files of the server that may speak the API's generated types, by the ends of their names.</summary>
    private static readonly string[] ProtoNames =
    [
        "GrpcService", "Mapper", "Validator", "Program", "AccessRules", "DeliveryWatch", "WebhookTester",
        // What answers one call each, and the parts of its answer.
        "ErasureCalls", "RedriveCalls", "ReplayCalls", "StatsCalls", "PlatformWebhooks", "PlatformDeliveries", "SvixApplications", "SvixEndpoint", "SvixEndpoints", "SvixEndpointSettings", "SvixMessage", "SvixMessages",
        "SvixAttempt", "SvixAttempts", "SvixAttemptQuery", "SvixAttemptWalk", "SvixDeliveries", "SvixEventTypes", "SvixAuthentication", "SvixPlaces",
        "WebhookUpserts", "UpsertMatch", "WebhookProber", "RequestPreviewer", "PreviewedHeaders", "EventTypeQueries",
        "SettingsCalls", "ContractFiles", "WebhookDraft", "InspectionCalls", "EventTypeCalls", "AdminGrpcService.Store", "DialectRules", "DeliveryExplainer", "ExplanationSummary", "MatchChecks", "WaitReasons", "AttemptPlan",
    ];

    [Fact]
    public void Rooms_HaveOneRegistrationEach() => Assert.Empty(
        from room in Rooms()
        where room != "Catalog"
        let registrations = House.Below($"{Server}/{room}")
            .Count(file => file.Folder == $"{Server}/{room}" && file.Name.EndsWith("Registration", StringComparison.Ordinal))
        where registrations != 1 || House.Below($"{Server}/{room}").All(file => file.Name != $"{room}Registration")
        select $"{room}: {registrations}");

    [Fact]
    public void Sending_KnowsNoStore() => Assert.Empty(
        from file in House.Below($"{Server}/Sending")
        from line in file.Lines
        where Store().IsMatch(line)
        select $"{file.Path}: {line.Trim()}");

    [Fact]
    public void GeneratedTypes_StayAtTheEdge() => Assert.Empty(
        House.Below(Server)
            .Where(file => file.Lines.Any(line => Generated().IsMatch(line)))
            .Where(file => !ProtoNames.Any(name => file.Name.EndsWith(name, StringComparison.Ordinal)))
            .Select(file => file.Path));

    [Theory]
    [InlineData("Api.Errors")]
    [InlineData("Api.Validation", "Api.Errors")]
    [InlineData("Api.Paging", "Api.Errors")]
    [InlineData("Api.Hardening", "Api.Errors")]
    [InlineData("Api.Standard", "Api.Errors")]
    [InlineData("Access", "Api.Errors", "Catalog")]
    [InlineData("Administration", "Access", "Api.Errors", "Api.Paging", "Api.Validation", "Catalog", "Maintenance")]
    [InlineData("Catalog")]
    [InlineData("Sending", "Catalog", "Telemetry", "Webhooks.Dialects", "Webhooks.Secrets")]
    [InlineData("Filtering", "Api.Errors", "Telemetry")]
    [InlineData("Schemas", "Catalog")]
    [InlineData("OperationalEvents", "Catalog", "Filtering")]
    [InlineData("Recording", "Catalog", "OperationalEvents", "Sending", "Telemetry", "Webhooks.Retries")]
    [InlineData("Dispatching", "Catalog", "OperationalEvents", "Recording", "Sending", "Telemetry")]
    [InlineData("Watching", "Catalog", "Api.Errors", "Telemetry")]
    [InlineData("Maintenance", "Api.Errors", "Api.Standard", "Telemetry")]
    [InlineData("Webhooks.Secrets", "Api.Errors", "Webhooks.Dialects")]
    [InlineData("Webhooks.Retries", "Api.Errors", "Api.Validation")]
    public void Room_CallsOnwardOnly(string room, params string[] onward) => Assert.Empty(
        from file in House.Below($"{Server}/{room.Replace('.', '/')}")
        from line in file.Lines
        let used = Using().Match(line)
        where used.Success && used.Groups[1].Value != room && !onward.Contains(used.Groups[1].Value)
        select $"{file.Path}: {line}");

    private static IEnumerable<string> Rooms() => House.Below(Server)
        .Select(file => file.Path.Split('/'))
        .Where(parts => parts.Length > 3)
        .Select(parts => parts[2])
        .Distinct();

    [GeneratedRegex(@"\bI(\w+Store|DeliveryQueue|ChangeFeed)\b|\bStorageEngine\b")]
    private static partial Regex Store();

    [GeneratedRegex(@"(?<![\w.])V1\.|\bControlPlane\.V1\b")]
    private static partial Regex Generated();

    [GeneratedRegex(@"^using (?:static )?ControlPlane\.Server\.([\w.]+);")]
    private static partial Regex Using();
}
