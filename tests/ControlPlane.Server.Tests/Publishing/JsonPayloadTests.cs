using System.Diagnostics;
using System.Text;
using ControlPlane.Server.Publishing;

namespace ControlPlane.Server.Tests.Publishing;

/// <summary>What is taken for JSON is what the parsers of receivers take.</summary>
public sealed class JsonPayloadTests
{
    private static readonly (string Program, string[] Arguments)[] Parsers =
    [
        ("node", ["-e", "JSON.parse(require('fs').readFileSync(0))"]),
        ("python3", ["-c", "import json, sys; json.loads(sys.stdin.buffer.read())"]),
    ];

    [Theory]
    [InlineData("""{"text":"cut \ud83d"}""")]
    [InlineData("""{"text":"\ude00 and \ud83d\ud83d\ude00"}""")]
    [InlineData("""{"\udfff":1}""")]
    [InlineData("{\"text\":\"\uFEFF inside\"}")]
    [InlineData("\"\uFFFF\"")]
    public async Task Fault_OddTextThatParsersTake_IsNone(string json)
    {
        var payload = Encoding.UTF8.GetBytes(json);
        Assert.Null(JsonPayload.Fault(payload));
        foreach (var (program, arguments) in Parsers)
        {
            Assert.True(await TakesAsync(program, arguments, payload), program);
        }
    }

    [Theory]
    [InlineData("EFBBBF7B7D", "must be well-formed JSON: it begins with a byte order mark (bytes EF BB BF at position 0), which has to be removed")]
    [InlineData("22EDA08022", "must be UTF-8: byte 0xED at position 1 begins half a surrogate pair")]
    [InlineData("22C3A9FF22", "must be UTF-8: byte 0xFF at position 3 begins no character")]
    [InlineData("22C3A9E282", "must be well-formed JSON, nested at most 64 deep (line 1, byte 5)")]
    [InlineData("225C756438337A22", "must be well-formed JSON, nested at most 64 deep (line 1, byte 6)")]
    public void Fault_NoJson_SaysWhatAndWhere(string hex, string fault) => Assert.Equal(fault, JsonPayload.Fault(Convert.FromHexString(hex)));

    [Fact]
    public async Task Fault_ByteOrderMark_IsOneAsForMostParsers()
    {
        var (program, arguments) = Parsers[0];
        Assert.False(await TakesAsync(program, arguments, [0xEF, 0xBB, 0xBF, .. "{}"u8]));
    }

    private static async Task<bool> TakesAsync(string program, string[] arguments, byte[] payload)
    {
        using var parser = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardError = true })!;
        await parser.StandardInput.BaseStream.WriteAsync(payload, TestContext.Current.CancellationToken);
        parser.StandardInput.Close();
        await parser.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await parser.WaitForExitAsync(TestContext.Current.CancellationToken);
        return parser.ExitCode == 0;
    }
}
