using System;
using System.Collections.Generic;

namespace CognitoOwin.Diagnostics;

/// <summary>
/// Holds the objects that a gauge observes. It holds weak references, so that the gauge does not keep an object alive that nobody uses
/// or disposes. Many threads may use it.
/// </summary>
internal sealed class ObservedObjects<T>
    where T : class
{
    private readonly List<WeakReference<T>> _references = [];

    public void Add(T observed)
    {
        lock (_references)
        {
            _references.RemoveAll(static reference => !reference.TryGetTarget(out _));
            _references.Add(new(observed));
        }
    }

    public void Remove(T observed)
    {
        lock (_references)
        {
            _references.RemoveAll(reference => reference.TryGetTarget(out var target) && target == observed);
        }
    }

    /// <summary>Gets the objects that are still alive.</summary>
    /// <returns>The objects.</returns>
    public IReadOnlyList<T> GetAll()
    {
        var alive = new List<T>();
        lock (_references)
        {
            foreach (var reference in _references)
            {
                if (reference.TryGetTarget(out var target))
                {
                    alive.Add(target);
                }
            }
        }

        return alive;
    }
}
