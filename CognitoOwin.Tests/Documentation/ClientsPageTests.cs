using System;
using System.Text;
using System.Threading.Tasks;
using CognitoOwin.Tests.Hosting;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using Snippets.Clients;

namespace CognitoOwin.Tests.Documentation;

/// <summary>The machine of docs/clients.md. e2e/clients.test.mjs runs the examples for browsers.</summary>
[TestClass]
public sealed class ClientsPageTests
{
    [TestMethod]
    [DataRow(3600, 1)]
    [DataRow(30, 2)]
    public async Task Machine_keeps_its_token_until_shortly_before_it_expires(int lifetime, int requests)
    {
        using var server = LoopbackServer.Start();
        server.OnRequest = _ => Task.FromResult(new LoopbackServer.Answer(
            200, "{\"access_token\":\"token " + server.Requests.Count + "\",\"expires_in\":" + lifetime + ",\"token_type\":\"Bearer\"}"));
        var machine = new MachineToken(server.Address.ToString().TrimEnd('/'), "id", "secret");

        _ = await machine.GetAsync();
        var token = await machine.GetAsync();

        Assert.AreEqual("token " + requests, token);
        Assert.HasCount(requests, server.Requests);
        var request = server.Requests[0];
        Assert.AreEqual("POST /oauth2/token", request.Method + " " + request.Target);
        Assert.AreEqual("Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("id:secret")), request.Headers["Authorization"]);
        Assert.AreEqual("grant_type=client_credentials&scope=notes%2Fread", request.Body);
    }
}
