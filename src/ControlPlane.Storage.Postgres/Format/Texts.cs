namespace ControlPlane.Storage.Postgres;

/// <summary>Texts that come from receivers.</summary>
internal static class Texts
{
    /// <summary>Returns the text with what the database cannot store, U+0000 and halves of characters, replaced by U+FFFD.</summary>
    public static string Clean(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0 && !text.Contains('\0'))
        {
            return text;
        }

        var characters = text.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            if (char.IsHighSurrogate(characters[i]) && i + 1 < characters.Length && char.IsLowSurrogate(characters[i + 1]))
            {
                i++;
            }
            else if (characters[i] == '\0' || char.IsSurrogate(characters[i]))
            {
                characters[i] = '\ufffd';
            }
        }

        return new string(characters);
    }
}
