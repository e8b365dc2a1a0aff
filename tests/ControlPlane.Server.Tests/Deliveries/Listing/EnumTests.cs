using System.Reflection;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Deliveries.Listing;

/// <summary>Stored numbers are the API's numbers, so that mapping is a cast.</summary>
public sealed class EnumTests
{
    [Theory]
    [InlineData(typeof(DeliveryState), typeof(V1.DeliveryState))]
    [InlineData(typeof(DeliveryTrigger), typeof(V1.DeliveryTrigger))]
    [InlineData(typeof(EndReason), typeof(V1.EndReason))]
    [InlineData(typeof(FailureKind), typeof(V1.FailureKind))]
    [InlineData(typeof(WebhookState), typeof(V1.WebhookState))]
    [InlineData(typeof(StateReason), typeof(V1.StateReason))]
    [InlineData(typeof(HeadOfLine), typeof(V1.HeadOfLine))]
    public void Stored_Enum_HasTheNamesAndNumbersOfTheApi(Type stored, Type api)
    {
        Assert.Equal(Members(api).Where(m => m.Number != 0), Members(stored).Where(m => m.Number != 0));
        Assert.Contains(Enum.GetNames(api), name => name == "Unspecified");
        Assert.All(Members(stored), member => Assert.True(member.Number != 0 || member.Name == "None"));
    }

    private static IEnumerable<(string Name, int Number)> Members(Type type) => type
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (field.Name, (int)field.GetRawConstantValue()!))
        .OrderBy(member => member.Item2);
}
