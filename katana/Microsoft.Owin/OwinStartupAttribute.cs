using System;

namespace Microsoft.Owin;

[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class OwinStartupAttribute : Attribute
{
    public OwinStartupAttribute(Type startupType)
        : this(string.Empty, startupType, string.Empty)
    {
    }

    public OwinStartupAttribute(string friendlyName, Type startupType)
        : this(friendlyName, startupType, string.Empty)
    {
    }

    public OwinStartupAttribute(Type startupType, string methodName)
        : this(string.Empty, startupType, methodName)
    {
    }

    public OwinStartupAttribute(string friendlyName, Type startupType, string methodName)
    {
        FriendlyName = friendlyName ?? throw new ArgumentNullException(nameof(friendlyName));
        StartupType = startupType ?? throw new ArgumentNullException(nameof(startupType));
        MethodName = methodName ?? throw new ArgumentNullException(nameof(methodName));
    }

    public string FriendlyName { get; }

    public Type StartupType { get; }

    public string MethodName { get; }
}
