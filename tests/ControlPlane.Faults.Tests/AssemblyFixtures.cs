using ControlPlane.Testing;

[assembly: AssemblyFixture(typeof(SharedServer))]
