using System;
using System.IO;
using CognitoOwin.Tests.Repository;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Documentation;

[TestClass]
public sealed class TestingPageTests
{
    [TestMethod]
    public void Testing_page_shows_the_controller_test_that_runs_here()
    {
        var page = File.ReadAllText(RepositoryFiles.PathOf("docs/testing.md"));
        var file = File.ReadAllText(RepositoryFiles.PathOf("CognitoOwin.Tests/Documentation/WelcomeControllerTests.cs"));
        var test = file.Substring(file.IndexOf("using System.Net;", StringComparison.Ordinal));

        StringAssert.Contains(page, "```csharp\n" + test + "```");
    }
}
