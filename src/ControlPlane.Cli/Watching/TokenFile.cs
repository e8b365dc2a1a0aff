using ControlPlane.Cli.Errors;

namespace ControlPlane.Cli.Watching;

/// <summary>Keeps the last token of a watch in a file. Written at most once a second: a crash repeats a little, it loses nothing.</summary>
internal sealed class TokenFile(string path, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private string _token = "";
    private string _written = "";
    private long _writtenAt;

    /// <summary>The token of the run before; null if there was none.</summary>
    public string? Read()
    {
        try
        {
            var text = File.ReadAllText(path).Trim();
            return text.Length > 0 ? text : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The token file {path} cannot be read: {e.Message}");
        }
    }

    /// <summary>Takes the newest token.</summary>
    public void Write(string token)
    {
        _token = token;
        if (_written.Length == 0 || time.GetElapsedTime(_writtenAt) >= Interval)
        {
            Flush();
        }
    }

    /// <summary>Puts the newest token into the file, whole or not at all.</summary>
    public void Flush()
    {
        if (_token == _written)
        {
            return;
        }

        var partial = path + ".tmp";
        File.WriteAllText(partial, _token + "\n");
        File.Move(partial, path, overwrite: true);
        (_written, _writtenAt) = (_token, time.GetTimestamp());
    }
}
