namespace Grpc.Core;

/// <summary>On a generated service base class: the static method that binds the service's methods.</summary>
/// <param name="bindType">The type that has the method.</param>
/// <param name="bindMethodName">Its name. It takes a <see cref="ServiceBinderBase"/> and the service.</param>
[AttributeUsage(AttributeTargets.Class)]
public class BindServiceMethodAttribute(Type bindType, string bindMethodName) : Attribute
{
    /// <summary>The type that has the method.</summary>
    public Type BindType { get; } = bindType;

    /// <summary>The method's name.</summary>
    public string BindMethodName { get; } = bindMethodName;
}
