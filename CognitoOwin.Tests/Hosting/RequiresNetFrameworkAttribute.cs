using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Hosting;

/// <summary>Skips a test on .NET, with the reason: what it tests exists on .NET Framework and Mono only.</summary>
internal sealed class RequiresNetFrameworkAttribute : ConditionBaseAttribute
{
    public RequiresNetFrameworkAttribute(string reason)
        : base(ConditionMode.Include) => IgnoreMessage = reason;

    public override string GroupName => nameof(RequiresNetFrameworkAttribute);

#if NET
    public override bool IsConditionMet => false;
#else
    public override bool IsConditionMet => true;
#endif
}
