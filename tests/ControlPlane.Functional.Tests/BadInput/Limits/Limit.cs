using System.Globalization;
using ControlPlane.Functional.Tests.EveryRpc;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.BadInput.Limits;

/// <summary>A value to try.</summary>
/// <param name="What">For the report.</param>
/// <param name="Value">Made in surroundings that some values refer to.</param>
/// <param name="Wrong">What follows the field's path where the error names it: empty, an index or a key. Null: the value is right.</param>
public sealed record Probe(string What, Func<Furnished, object> Value, string? Wrong)
{
    public static Probe Right(string what, object value) => new(what, _ => value, null);

    public static Probe Refused(string what, object value, string at = "") => new(what, _ => value, at);
}

/// <summary>What a field may hold.</summary>
/// <param name="Says">What the field's comment in the contract has to contain.</param>
/// <param name="Probes">Values on both sides of the limit.</param>
public sealed partial record Limit(IReadOnlyList<string> Says, IReadOnlyList<Probe> Probes)
{
    /// <summary>What a call with a right value may end with besides OK, since nothing has it.</summary>
    public StatusCode? Otherwise { get; init; }

    /// <summary>The server overwrites the field or leaves it unread, whatever it holds: then its parts need no limits.</summary>
    public bool IsIgnored { get; init; }

    /// <summary>Changes what stands beside the field, where the value is only right with it.</summary>
    public Action<IMessage>? Beside { get; init; }

    /// <summary>With something else beside the field.</summary>
    public Limit With<T>(Action<T> beside)
        where T : IMessage => this with { Beside = message => beside((T)message) };

    /// <summary>With other words in the comment.</summary>
    public Limit Saying(params string[] says) => this with { Says = says };

    /// <summary>And values to try besides.</summary>
    public Limit And(params IEnumerable<Probe> probes) => this with { Probes = [.. Probes, .. probes] };

    private static string Number(IFormattable number) => number.ToString(number is double ? "#,0.###" : "N0", CultureInfo.InvariantCulture);

    private static Probe At(Probe probe, Func<object, object> wrap, string place) =>
        new(probe.What, around => wrap(probe.Value(around)), probe.Wrong is null ? null : place + probe.Wrong);
}
