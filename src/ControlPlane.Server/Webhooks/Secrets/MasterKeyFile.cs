using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>The master key in a file that only its owner can read.</summary>
internal static partial class MasterKeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Reads the key, or makes one if there is no file yet.</summary>
    /// <exception cref="OptionsValidationException">The file cannot be used; the message is one line for the operator.</exception>
    public static MasterKey ReadOrCreate(string path, out bool created)
    {
        created = false;
        try
        {
            if (!File.Exists(path))
            {
                created = Create(path, MasterKey.Generate());
            }

            return Read(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, $"cannot be read or made: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Reads the key.</summary>
    /// <exception cref="OptionsValidationException">The file cannot be used.</exception>
    public static MasterKey Read(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
        {
            throw Unusable(path, "can be read by others than its owner; make its mode 0600");
        }

        return MasterKey.TryParse(File.ReadAllText(path), out var key)
            ? key
            : throw Unusable(path, $"does not hold base64 of {MasterKey.Length} bytes");
    }

    /// <summary>Puts a new key into place whole or not at all; false if another process was first, whose key then holds.</summary>
    public static bool Create(string path, MasterKey key)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory)
        {
            Directory.CreateDirectory(directory);
        }

        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Write(temporary, key.Export() + "\n");
            Publish(temporary, path);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>
    /// Gives a file its name unless another has it. A move looks first and renames then, so of two at once the later one would
    /// replace the key that the earlier one already uses; a link is refused.
    /// </summary>
    /// <exception cref="IOException">Another file has the name.</exception>
    private static void Publish(string temporary, string path)
    {
        if (OperatingSystem.IsWindows() || Link(temporary, path) != 0)
        {
            // Where there are no links, or another file has the name, which this refuses too.
            File.Move(temporary, path, overwrite: false);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);

    private static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var stream = new FileStream(path, options);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(text));
        stream.Flush(flushToDisk: true);
    }

    private static OptionsValidationException Unusable(string path, string fault) => new(
        nameof(SecretsOptions),
        typeof(SecretsOptions),
        [$"{SecretsOptions.MasterKeySetting}: is not set, and the key file {path} {fault}"]);
}
