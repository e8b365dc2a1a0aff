using System.Text;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Cli.Demo;

/// <summary>The events of the demo. Their payloads are what careless handling of JSON changes.</summary>
internal static class DemoEvents
{
    private static readonly (string Type, string Payload)[] Texts =
    [
        ("message.new", """{"from":"+15550100","text":"hello"}"""),
        ("message.new", "{ \"white\" :\t\"space\" ,\r\n\"kept\":[ 1 , 2 ] }  \n"),
        ("message.new", """{"emoji":"👩‍👩‍👧‍👦 🏳️‍🌈 naïve"}"""),
        ("message.new", """{"escaped":"\u00e9\ud83d\ude00\/"}"""),
        ("message.new", """{"big":123456789012345678901234567890,"small":1e-400,"exact":0.10000000000000000001}"""),
        ("message.new", """{"minus":-0,"trailing":1.50,"exponent":1E+2}"""),
        ("message.status.sent", """{"order":1,"of":2,"keys":3,"a":4}"""),
        ("message.status.read", "{\"separators\":\"\u2028\u2029\"}"),
        ("message.status.read", """{"empty":"","null":null,"nested":{"a":{"b":{"c":[[[]]]}}}}"""),
        ("message.deleted", "[]"),
        ("message.deleted", "\"only a text\""),
        ("message.edited", """{"html":"<b>&amp;</b>","quote":"\"'\\"}"""),
        ("contact.updated", """{"name":"Zoë Ångström","名前":"ゾーイ"}"""),
        ("contact.updated", "null"),
        ("order.created", """{"order":"A-1","total":"19.90"}"""),
        ("order.created", """{"order":"A-2","total":"0.10"}"""),
        ("order.paid", """{"order":"A-1","at":"2026-01-31T12:00:00.000000Z"}"""),
        ("order.shipped", """{"order":"A-1","tracking":["1Z","2Z"]}"""),
    ];

    /// <summary>New events with ids of their own choice, so that repeats are harmless.</summary>
    public static IReadOnlyList<Event> Create(string run)
    {
        IEnumerable<(string Type, byte[] Payload, string ContentType)> all =
        [
            .. Texts.Select(t => (t.Type, Encoding.UTF8.GetBytes(t.Payload), "")),
            ("message.new", Encoding.UTF8.GetBytes($"{{\"long\":\"{new string('x', 100_000)}\"}}"), ""),
            ("file.scanned", [.. Enumerable.Range(0, 256).Select(i => (byte)i)], "application/octet-stream"),
        ];
        return
        [
            .. all.Select((e, i) => new Event
            {
                Id = $"demo-{run}-{i + 1:00}",
                Type = e.Type,
                Payload = ByteString.CopyFrom(e.Payload),
                ContentType = e.ContentType,
            }),
        ];
    }
}
