using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Egress.Tests.Peers;

internal static class PropertyChecks
{
    /// <summary>Fails the test on the first counter-example out of a thousand cases.</summary>
    public static void Holds<T>(this Gen<T> cases, Func<T, bool> property) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1000).WithQuietOnSuccess(true), Prop.ForAll(cases.ToArbitrary(), property));
}
