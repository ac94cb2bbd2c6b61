using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Validation;

[TestClass]
public sealed class AttackCorpusTests
{
    private static CognitoTestPool _pool = null!;
    private static CognitoTokenValidator _validator = null!;

    [ClassInitialize]
    public static void CreatePool(TestContext context)
    {
        _pool = new CognitoTestPool();
        _pool.UserPool.ReplicaRegions = ["us-west-2"];
        _validator = PoolValidator.Create(_pool);
    }

    [ClassCleanup]
    public static void DisposePool()
    {
        _validator.Dispose();
        _pool.Dispose();
    }

    // One test per attack, by number, because a result file cannot hold every character of the names.
    public static IEnumerable<object[]> Numbers => Enumerable.Range(0, AttackCorpus.All.Count).Select(number => new object[] { number });

    public static string NameOf(MethodInfo method, object[] data)
    {
        var attack = AttackCorpus.All[(int)data[0]];
        var name = new string([.. attack.Name.Select(c => c is >= ' ' and <= '~' ? c : '?')]);
        return string.Format(CultureInfo.InvariantCulture, "{0} ({1}: {2})", method.Name, attack.StoppedBy, name);
    }

    [TestMethod]
    [DynamicData(nameof(Numbers), DynamicDataDisplayName = nameof(NameOf))]
    public async Task Attack_is_stopped_by_its_rule(int number)
    {
        var attack = AttackCorpus.All[number];

        var result = await _validator.ValidateAsync(attack.CreateToken(_pool));

        Assert.AreEqual(attack.StoppedBy, result.Rejection, attack.Name);
        Assert.IsFalse(result.IsValid);
        Assert.IsNull(result.Token);
    }

    [TestMethod]
    public void Attack_names_are_unique() =>
        Assert.AreEqual(AttackCorpus.All.Count, AttackCorpus.All.Select(attack => attack.Name).Distinct(StringComparer.Ordinal).Count());
}
