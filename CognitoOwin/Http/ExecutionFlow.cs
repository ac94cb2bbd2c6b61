using System.Threading;

namespace CognitoOwin.Http;

/// <summary>Separates work that belongs to no request from the request that starts it.</summary>
internal static class ExecutionFlow
{
    /// <summary>
    /// Keeps the culture, the identity and the synchronization context of the caller out of tasks and threads that start before the result
    /// is disposed: <c>using (ExecutionFlow.Suppress())</c>. The caller may have suppressed them itself.
    /// </summary>
    /// <returns>Restores the flow when it is disposed; null if the caller restores it.</returns>
    public static AsyncFlowControl? Suppress() => ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
}
