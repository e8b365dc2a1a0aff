namespace ControlPlane.Cli.Demo;

/// <summary>A request as the receiver got it, and the status that it answered.</summary>
internal sealed record ReceivedRequest(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body, int Answered)
{
    public bool Accepted => Answered is >= 200 and < 300;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The message id, which both dialects of the demo send.</summary>
    public string MessageId => Header("webhook-id") ?? Header("svix-id") ?? "";
}
