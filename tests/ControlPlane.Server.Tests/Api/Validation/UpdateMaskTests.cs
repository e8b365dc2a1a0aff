using System.Collections.Frozen;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Tests.Webhooks;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Tests.Api.Validation;

public sealed class UpdateMaskTests
{
    [Fact]
    public void Merge_NestedPathWithoutParentInTarget_MakesTheParent()
    {
        var target = Merge(new() { RetryPolicy = new() { Fixed = new() { Delay = Sample.Seconds(3) } } }, new(), "retry_policy.fixed.delay");
        Assert.Equal(Sample.Seconds(3), target.RetryPolicy.Fixed.Delay);
    }

    [Fact]
    public void Merge_NestedPathWithoutParentInSource_ResetsIt()
    {
        var target = Merge(new(), new() { RetryPolicy = new() { Jitter = 1, MaxAttempts = 3 } }, "retry_policy.jitter");
        Assert.Equal(new RetryPolicy { MaxAttempts = 3 }, target.RetryPolicy);
    }

    [Fact]
    public void Merge_NestedPathWithoutParents_MakesNothing() => Assert.Null(Merge(new(), new(), "retry_policy.jitter").RetryPolicy);

    [Fact]
    public void Merge_MessageAndItsFields_GivesTheWholeMessage()
    {
        var source = new Webhook { RetryPolicy = new() { NonRetryableStatuses = { 400, 401 }, Jitter = 1 } };
        foreach (var paths in (string[][])
            [
                ["retry_policy", "retry_policy.non_retryable_statuses"], ["retry_policy.non_retryable_statuses", "retry_policy"],
            ])
        {
            var target = Merge(source, new() { RetryPolicy = new() { MaxAttempts = 3 } }, paths);
            Assert.Equal(new() { NonRetryableStatuses = { 400, 401 }, Jitter = 1 }, target.RetryPolicy);
        }
    }

    [Fact]
    public void Merge_OtherBackoff_ReplacesTheOneOfBefore()
    {
        var target = Merge(
            new() { RetryPolicy = new() { Schedule = new() { Delays = { Sample.Seconds(1) } } } },
            new() { RetryPolicy = new() { Fixed = new() { Delay = Sample.Seconds(2) }, Jitter = 1 } },
            "retry_policy.schedule.delays");
        Assert.Equal(RetryPolicy.BackoffOneofCase.Schedule, target.RetryPolicy.BackoffCase);
        Assert.Equal(1, target.RetryPolicy.Jitter);
    }

    [Fact]
    public void Merge_UnsetOptionalField_IsUnset()
    {
        Assert.False(Merge(new(), new() { Enabled = true }, "enabled").HasEnabled);
        Assert.True(Merge(new() { Enabled = false }, new(), "enabled").HasEnabled);
    }

    [Fact]
    public void Merge_EmptyMask_TakesWhatIsPresent()
    {
        var source = new Webhook { Enabled = false, Timeout = new Duration(), Labels = { ["a"] = "b" } };
        var target = Merge(source, new() { Enabled = true, Name = "kept", MaxInFlight = 3, Labels = { ["c"] = "d" } });
        Assert.Equal(new() { Enabled = false, Timeout = new Duration(), Labels = { ["a"] = "b" }, Name = "kept", MaxInFlight = 3 }, target);
    }

    [Fact]
    public void Merge_Ignored_StaysAsItIs()
    {
        var target = new Webhook { Id = "a" };
        var source = new Webhook { Id = "b", Name = "n" };
        UpdateMask.Read(new() { Paths = { "*" } }, source, new()).Merge(source, target, FrozenSet.Create("id"));
        Assert.Equal(("a", "n"), (target.Id, target.Name));
    }

    private static Webhook Merge(Webhook source, Webhook target, params string[] paths)
    {
        var violations = new Violations();
        UpdateMask.Read(new() { Paths = { paths } }, source, violations).Merge(source, target, FrozenSet<string>.Empty);
        Assert.False(violations.Any);
        return target;
    }
}
