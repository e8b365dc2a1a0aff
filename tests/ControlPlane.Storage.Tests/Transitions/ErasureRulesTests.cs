using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Tests.Transitions;

public sealed class ErasureRulesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(1);

    [Theory]
    [InlineData(null, null, EndReason.None)]
    [InlineData(1, null, EndReason.None)]
    [InlineData(null, 2, EndReason.Erased)]
    [InlineData(3, 2, EndReason.Erased)]
    [InlineData(2, 2, EndReason.Expired)]
    [InlineData(1, 2, EndReason.Expired)]
    public void ReasonOf_Event_SaysWhetherItsTimeHadCome(int? expires, int? erased, EndReason expected) =>
        Assert.Equal(expected, ErasureRules.ReasonOf(At(expires), At(erased)));

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, 5, 5)]
    [InlineData(3, null, 3)]
    [InlineData(3, 5, 3)]
    [InlineData(5, 3, 3)]
    public void ExpireTimeOf_RetentionAndWish_IsTheEarlier(int? retention, int? asked, int? expected)
    {
        var policy = new TenantPolicy { Retention = retention is { } hours ? TimeSpan.FromHours(hours) : null };

        Assert.Equal(At(expected), policy.ExpireTimeOf(Now, At(asked)));
    }

    private static DateTimeOffset? At(int? hours) => hours is { } after ? Now.AddHours(after) : null;
}
