using System;
using System.Reflection;
using System.Runtime.Versioning;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Repository;

/// <summary>Checks that the tests on both runtimes use the published assemblies.</summary>
[TestClass]
public sealed class RuntimesTests
{
    [TestMethod]
    [DataRow("CognitoOwin")]
    [DataRow("CognitoOwin.WebApi")]
    [DataRow("CognitoOwin.Testing")]
    public void Tested_assembly_is_the_one_for_NET_Framework(string name) =>
        Assert.AreEqual(
            ".NETFramework,Version=v4.7.2", Assembly.Load(name).GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName);

    [TestMethod]
    public void Suite_runs_on_the_runtime_that_it_was_compiled_for()
    {
#if NET
        Assert.AreEqual("System.Private.CoreLib", typeof(object).Assembly.GetName().Name);
        Assert.AreEqual(10, Environment.Version.Major);
#else
        Assert.AreEqual("mscorlib", typeof(object).Assembly.GetName().Name);
#endif
    }
}
