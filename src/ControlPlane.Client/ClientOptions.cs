using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Client;

/// <summary>Where the server is, how to be let in, and how calls are made.</summary>
public sealed class ClientOptions
{
    /// <summary>The server's gRPC listener, such as <c>https://hooks.example.com</c>. Default <c>http://127.0.0.1:7400</c>.</summary>
    public Uri Address { get; set; } = new("http://127.0.0.1:7400");

    /// <summary>The API key (<c>cpk_...</c>) or JSON Web Token that every call carries. Empty: none, which health and reflection take.</summary>
    public string Key { get; set; } = "";

    /// <summary>The authorities that alone may have issued the server's certificate. Null: those that the system trusts.</summary>
    public X509Certificate2Collection? TrustedAuthorities { get; set; }

    /// <summary>
    /// How long a call that answers once may take, all its attempts together, where it has no deadline of its own; it then ends with
    /// DEADLINE_EXCEEDED. Null: without end. Default 30 s. Streams have no end.
    /// </summary>
    public TimeSpan? Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often a call is made at most if it ends with UNAVAILABLE, 1 to 5. Default 4. Calls that read are repeated, and publishes, which
    /// are given an idempotency key where an event has neither id nor key, so that a repeat takes effect once. Other calls are made once.
    /// </summary>
    public int MaxAttempts { get; set; } = 4;

    /// <summary>The clock of deadlines. Default <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
