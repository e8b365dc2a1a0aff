namespace ControlPlane.Signing;

/// <summary>One header that a dialect sends.</summary>
/// <param name="Name">
/// An RFC 9110 token of at most 128 characters; not hop-by-hop, <c>host</c>, <c>expect</c>, <c>user-agent</c> or
/// <c>content-*</c>.
/// </param>
/// <param name="Value">
/// A template of at most 1,024 printable ASCII characters. Placeholders: <c>{id}</c>, <c>{ts}</c>, <c>{created}</c>,
/// <c>{event}</c>, <c>{instance}</c>, <c>{webhook_id}</c>, <c>{delivery_id}</c>; or <c>{sig}</c>, once, beside which only
/// <c>{ts}</c> may stand. See <see cref="Dialect"/> for what they stand for.
/// </param>
public sealed record DialectHeader(string Name, string Value);
