using System.Buffers;
using System.Text.Encodings.Web;

namespace ControlPlane.Signing;

/// <summary>Escapes text for the inside of a JSON string.</summary>
internal static class JsonText
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !#$()*,-./:;=?@[]^_{|}~");

    /// <summary>The text itself when nothing needs escaping; lone surrogates become U+FFFD.</summary>
    public static string Encode(string text) =>
        text.AsSpan().ContainsAnyExcept(Plain) ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text) : text;
}
