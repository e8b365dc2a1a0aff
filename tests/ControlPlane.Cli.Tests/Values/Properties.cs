using FsCheck;
using FsCheck.Fluent;

namespace ControlPlane.Cli.Tests.Values;

/// <summary>Runs properties.</summary>
internal static class Properties
{
    public static void Check<T>(Gen<T> values, Action<T> property) => FsCheck.Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500).WithQuietOnSuccess(true), Prop.ForAll(values.ToArbitrary(), property));
}
