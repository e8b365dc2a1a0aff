using System.Text;
using ControlPlane.Server.Schemas;

namespace ControlPlane.Server.Tests.Schemas;

public sealed class EventSchemaTests
{
    private const string Order =
        """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "https://example.com/order",
          "type": "object",
          "required": ["id", "lines"],
          "properties": {
            "id": {"type": "integer"},
            "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}, "minItems": 1},
            "$ref": {"type": "string"},
            "code": {"pattern": "^(a+)+$"}
          },
          "additionalProperties": false,
          "$defs": {"line": {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}}
        }
        """;

    private static SchemaVerdict Judge(string schema, string payload)
    {
        var (compiled, fault) = EventSchema.Compile(schema);
        Assert.True(compiled is not null, fault);
        return compiled.Judge(Encoding.UTF8.GetBytes(payload), new());
    }

    [Theory]
    [InlineData("""{"id":1,"lines":[{"sku":"a"}],"$ref":"x","code":"aa"}""")]
    [InlineData("""{"id":1,"lines":[{"sku":"a"}]}""", Order)]
    [InlineData("3", "true")]
    [InlineData("""[[],[[]]]""", """{"type":"array","items":{"$ref":"#"}}""")]
    [InlineData("\"x\"", """{"const":"x","examples":[{"$ref":"https://example.com/"}]}""")]
    public void Judge_PayloadThatFits_SaysSo(string payload, string schema = Order) => Assert.True(Judge(schema, payload).Fits);

    [Fact]
    public void Judge_PayloadThatDoesNot_NamesEachPlace()
    {
        var verdict = Judge(Order, """{"id":"1","lines":[{"sku":"a"},{"sku":3}],"other":1}""");
        Assert.False(verdict.TooCostly);
        Assert.Contains(verdict.Faults, fault => fault.StartsWith("/id: ", StringComparison.Ordinal));
        Assert.Contains(verdict.Faults, fault => fault.StartsWith("/lines/1/sku: ", StringComparison.Ordinal));
        Assert.Contains(verdict.Faults, fault => fault.StartsWith("/other: ", StringComparison.Ordinal));
        Assert.StartsWith("the payload: ", Assert.Single(Judge("""{"type":"object"}""", "3").Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"pattern":"a"}""", "\"\\ud800\"")]
    [InlineData("""{"enum":["a"]}""", "\"\\ud800\"")]
    [InlineData("""{"minLength":9}""", "\"\\ud800\"")]
    [InlineData("""{"propertyNames":{"maxLength":0}}""", """{"\ud800":1}""")]
    [InlineData("""{"additionalProperties":false}""", """{"\ud800":1}""")]
    public void Judge_TextThatIsNoUnicode_DoesNotFit(string schema, string payload) => Assert.NotEmpty(Judge(schema, payload).Faults);

    [Fact]
    public void Judge_ManyFaults_NamesTen() =>
        Assert.Equal(10, Judge("""{"items":{"type":"string"}}""", $"[{string.Join(',', Enumerable.Range(0, 50))}]").Faults.Count);

    [Theory]
    [InlineData("{")]
    [InlineData("3")]
    [InlineData("""{"title":"\ud800"}""")]
    [InlineData("""{"properties":{"\ud800":true}}""")]
    [InlineData("""{"pattern":"\ud800"}""")]
    [InlineData("[]")]
    [InlineData("""{"type":"objekt"}""")]
    [InlineData("""{"minLength":-1}""")]
    [InlineData("""{"properties":{"a":3}}""")]
    [InlineData("""{"pattern":"("}""")]
    [InlineData("""{"pattern":"(?=a)b"}""")]
    [InlineData("""{"patternProperties":{"(a)\\1":true}}""")]
    [InlineData("""{"$ref":"https://example.com/other"}""")]
    [InlineData("""{"$ref":"https://json-schema.org/draft/2020-12/schema"}""")]
    [InlineData("""{"$ref":"#/$defs/nowhere"}""")]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"$dynamicRef":"#m","$dynamicAnchor":"m"}""")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#"}""")]
    [InlineData("""{"properties":{"a":{"$id":"https://example.com/x"}}}""")]
    [InlineData("""{"properties":{"a":{"$schema":"http://json-schema.org/draft-07/schema#"}}}""")]
    public void Compile_NoSchemaThatCanBeUsed_TellsWhatIsWrong(string text)
    {
        var (schema, fault) = EventSchema.Compile(text);
        Assert.Null(schema);
        Assert.NotEmpty(fault);
        Assert.False(fault.EndsWith('.'), fault);
    }

    [Fact]
    public void Compile_TooLong_IsRefused()
    {
        static string Text(int length) => $"{{\"description\":\"{new string('x', length - 18)}\"}}";
        Assert.NotNull(EventSchema.Compile(Text(EventSchema.MaximumBytes)).Schema);
        Assert.Null(EventSchema.Compile(Text(EventSchema.MaximumBytes + 1)).Schema);
    }

    [Fact]
    public void Judge_WhatWouldTakeForever_EndsAsTooCostly()
    {
        string Doubling(string rest) => "{\"$defs\":{" + string.Join(",", Enumerable.Range(0, 40).Select(i =>
            $"\"d{i}\":{{\"allOf\":[{{\"$ref\":\"#/$defs/d{i + 1}\"}},{{\"$ref\":\"#/$defs/d{i + 1}\"}}]}}")) + ",\"d40\":" + rest + "},\"$ref\":\"#/$defs/d0\"}";
        Assert.True(Judge(Doubling("{\"type\":\"integer\"}"), "3").TooCostly);
        Assert.True(Judge("""{"$defs":{"t":{"allOf":[{"$ref":"#/$defs/t"}]}},"$ref":"#/$defs/t"}""", "3").TooCostly);
        Assert.True(Judge("""{"uniqueItems":true}""", $"[{string.Join(',', Enumerable.Range(0, 5_000))}]").TooCostly);
        Assert.True(Judge("""{"items":{"anyOf":[{"const":1},{"const":2},{"const":3}]}}""", $"[{string.Join(',', Enumerable.Range(0, 100_000))}]").TooCostly);
        // In time proportional to the text.
        Assert.Single(Judge("""{"pattern":"^(a+)+$"}""", $"\"{new string('a', 10_000)}b\"").Faults);
        Assert.NotEmpty(Judge("""{"patternProperties":{"^(a+)+$":false}}""", $"{{\"{new string('a', 10_000)}\":1,\"{new string('a', 10_000)}b\":1}}").Faults);
    }
}
