using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Doors.OpenApi;

/// <summary>The comments of the contract as text.</summary>
internal static class Comments
{
    /// <summary>Returns the comment before a declaration: lines joined, paragraphs apart.</summary>
    public static string Of(DescriptorDeclaration? declaration)
    {
        var paragraphs = (declaration?.LeadingComments ?? "").Split('\n')
            .Select(line => line.Trim())
            .Aggregate(new List<string> { "" }, (all, line) =>
            {
                if (line.Length == 0)
                {
                    all.Add("");
                }
                else
                {
                    all[^1] = all[^1].Length == 0 ? line : $"{all[^1]} {line}";
                }

                return all;
            })
            .Where(paragraph => paragraph.Length > 0);
        return string.Join("\n\n", paragraphs);
    }

    /// <summary>Returns the first sentence, without its full stop.</summary>
    public static string FirstSentence(string comment)
    {
        var end = comment.IndexOf(". ", StringComparison.Ordinal);
        var line = comment.IndexOf('\n', StringComparison.Ordinal);
        end = end < 0 || (line >= 0 && line < end) ? line : end;
        return (end < 0 ? comment : comment[..end]).TrimEnd('.', ':');
    }
}
