using System.Collections.Frozen;
using Grpc.Core;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>How many bytes a request message of a method may have, compressed and unpacked.</summary>
internal static class MessageLimits
{
    /// <summary>Of any method.</summary>
    public const int Largest = 4 << 20;

    /// <summary>Of health and reflection, which need no key.</summary>
    public const int Open = 4 << 10;

    /// <summary>A payload of 1 MiB, the most that can be configured, and what comes with it.</summary>
    private const int OneEvent = (1 << 20) + (128 << 10);
    private const int OneWebhook = 512 << 10;
    private const int Other = 128 << 10;

    private static readonly FrozenDictionary<string, int> Own = new Dictionary<string, int>
    {
        ["BatchPublishEvents"] = Largest,
        ["PublishEvent"] = OneEvent,
        ["TestWebhook"] = OneEvent,
        ["PreviewRequest"] = OneEvent + OneWebhook,
        ["CreateWebhook"] = OneWebhook,
        ["UpdateWebhook"] = OneWebhook,
        ["UpsertWebhook"] = OneWebhook,
    }.ToFrozenDictionary();

    public static int Of(IMethod method) =>
        method.ServiceName.StartsWith("grpc.", StringComparison.Ordinal) ? Open : Own.GetValueOrDefault(method.Name, Other);
}
