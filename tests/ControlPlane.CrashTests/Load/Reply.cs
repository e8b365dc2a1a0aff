namespace ControlPlane.CrashTests.Load;

/// <summary>How a call ended: with an answer, refused with a reason, or with neither because the server died.</summary>
internal readonly record struct Reply<T>(T? Value, string? Refusal)
    where T : class
{
    public bool IsLost => Value is null && Refusal is null;
}
