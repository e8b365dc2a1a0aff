namespace ControlPlane.Testing;

/// <summary>What a receiver answers.</summary>
/// <param name="Status">The HTTP status.</param>
public sealed record Answer(int Status)
{
    public string Body { get; init; } = "";

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The answer is not sent before this.</summary>
    public Task After { get; init; } = Task.CompletedTask;

    public static implicit operator Answer(int status) => new(status);

    public static Answer FromInt32(int status) => new(status);

    /// <summary>The same with one more header.</summary>
    public Answer With(string header, string value) => this with { Headers = new Dictionary<string, string>(Headers) { [header] = value } };
}
