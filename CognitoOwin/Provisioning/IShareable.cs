namespace CognitoOwin.Provisioning;

/// <summary>Says for an outcome whether later requests may have it too.</summary>
internal interface IShareable
{
    bool IsKept { get; }
}
