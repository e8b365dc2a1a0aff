namespace ControlPlane.Server.Api.Errors;

/// <summary>Text of a request that an error repeats.</summary>
internal static class ErrorText
{
    private const int Longest = 200;

    /// <summary>
    /// Cuts what the caller sent to a length that fits into a trailer with all the rest: clients end a call whose trailers are too
    /// large with a transport error that says nothing.
    /// </summary>
    public static string Shorten(string text)
    {
        if (text.Length <= Longest)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
