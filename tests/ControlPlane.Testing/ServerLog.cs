using System.Collections.Concurrent;
using System.Text.Json;

namespace ControlPlane.Testing;

/// <summary>Everything that a server wrote, over all its runs.</summary>
public sealed class ServerLog
{
    private const int LinesOfTail = 5;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentBag<string> _expected = [];
    private readonly ConcurrentQueue<string> _unchecked = new();

    public IReadOnlyCollection<string> Output => _output;

    public IReadOnlyCollection<string> Errors => _errors;

    public string Text => string.Join(Environment.NewLine, _output.Concat(_errors));

    /// <summary>The last lines of it, for what has to be short.</summary>
    public string Tail => string.Join(Environment.NewLine, _output.TakeLast(LinesOfTail).Concat(_errors.TakeLast(LinesOfTail)));

    public void AddOutput(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
            if (IsError(line))
            {
                _unchecked.Enqueue(line);
            }
        }
    }

    public void AddError(string? line)
    {
        if (line is not null)
        {
            _errors.Enqueue(line);
            _unchecked.Enqueue(line);
        }
    }

    /// <summary>A test provokes this: lines that contain it are not held against the server.</summary>
    public void Expect(string fragment) => _expected.Add(fragment);

    /// <summary>
    /// Fails if the server logged an error that no test provoked, or wrote to standard error. Each line is held against it once,
    /// so that of many tests on one server only those are blamed that ran when it was written.
    /// </summary>
    public void AssertClean()
    {
        var unexpected = new List<string>();
        while (_unchecked.TryDequeue(out var line))
        {
            if (!_expected.Any(line.Contains))
            {
                unexpected.Add(line);
            }
        }

        Assert.True(unexpected.Count == 0, $"The server logged {unexpected.Count} unexpected errors:\n{string.Join('\n', unexpected.Take(5))}");
    }

    private static bool IsError(string line)
    {
        if (!line.StartsWith('{'))
        {
            return false;
        }

        try
        {
            using var entry = JsonDocument.Parse(line);
            return entry.RootElement.GetProperty("LogLevel").GetString() is "Error" or "Critical";
        }
        catch (JsonException)
        {
            // Half a line: the server was killed while it wrote.
            return false;
        }
    }
}
