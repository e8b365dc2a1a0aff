using System.Buffers;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;
using ControlPlane.V1;

namespace ControlPlane.Server.Administration;

/// <summary>Checks what is asked about the store. A backup's name is a name and never a path.</summary>
internal static class StoreValidator
{
    private const int LongestName = 100;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static void CheckBackup(BackupStoreRequest request)
    {
        var violations = new Violations();
        if (request.Name.Length > 0 && !IsName(request.Name))
        {
            violations.Add(
                "name", "BACKUP_NAME_INVALID",
                $"A name is 1 to {LongestName} letters, digits, \".\", \"_\" and \"-\", begins with a letter or digit, and does not end with "
                + $"\"{IFileBackup.PartialSuffix}\".");
        }

        violations.ThrowIfAny();
    }

    private static bool IsName(string name) =>
        name.Length <= LongestName
        && !name.AsSpan().ContainsAnyExcept(NameCharacters)
        && char.IsAsciiLetterOrDigit(name[0])
        && !name.EndsWith(IFileBackup.PartialSuffix, StringComparison.OrdinalIgnoreCase);
}
