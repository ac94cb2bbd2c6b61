using System;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Requests;

[TestClass]
public sealed class AnswersTests
{
    [TestMethod]
    public async Task An_ID_token_gives_the_request_its_user()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool);

        var response = await host.GetAsync("/", "Bearer " + pool.IdToken("alice"));

        Assert.AreEqual(200, response.StatusCode);
        Assert.AreEqual("alice", response.Body);
        Assert.AreEqual(1, pool.JwksFetches);
    }
}
