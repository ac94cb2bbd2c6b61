using System;
using System.Collections.Generic;

namespace CognitoOwin.Tests.TokenCache;

/// <summary>Predicts the misses of a cache. The tests and the benchmark compare the token cache with it.</summary>
internal static class CacheModel
{
    /// <summary>Counts the misses of an exact LRU cache.</summary>
    /// <param name="requests">The numbers of the requested tokens.</param>
    /// <param name="maximum">How many tokens the cache holds.</param>
    /// <returns>The number of misses.</returns>
    public static int CountMissesOfLru(IEnumerable<int> requests, int maximum)
    {
        var order = new LinkedList<int>();
        var nodes = new Dictionary<int, LinkedListNode<int>>();
        var misses = 0;
        foreach (var request in requests)
        {
            if (nodes.TryGetValue(request, out var node))
            {
                order.Remove(node);
            }
            else
            {
                misses++;
                if (order.Count == maximum)
                {
                    nodes.Remove(order.Last!.Value);
                    order.RemoveLast();
                }
            }

            nodes[request] = order.AddFirst(request);
        }

        return misses;
    }

    /// <summary>Creates requests by Zipf's law: the n-th token is requested 1/n times as often as the first.</summary>
    /// <param name="count">The number of tokens.</param>
    /// <param name="random">The source of the requests.</param>
    /// <returns>A function that gives the number of the next token.</returns>
    public static Func<int> CreateZipf(int count, Random random)
    {
        var cumulative = new double[count];
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            sum += 1.0 / (i + 1);
            cumulative[i] = sum;
        }

        return () =>
        {
            var index = Array.BinarySearch(cumulative, random.NextDouble() * sum);
            return Math.Min(count - 1, index < 0 ? ~index : index);
        };
    }
}
