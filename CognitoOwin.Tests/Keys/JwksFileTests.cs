using System;
using System.Collections.Specialized;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using CognitoOwin.Testing;
using CognitoOwin.Tests.Requests;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace CognitoOwin.Tests.Keys;

[TestClass]
public sealed class JwksFileTests
{
    private readonly string _folder = Path.Combine(AppDomain.CurrentDomain.BaseDirectory, "jwks-" + Guid.NewGuid().ToString("N"));

    public string PathOfFile => Path.Combine(_folder, "jwks.json");

    [TestInitialize]
    public void CreateFolder() => Directory.CreateDirectory(_folder);

    [TestCleanup]
    public void DeleteFolder()
    {
        AppDomain.CurrentDomain.SetData("DataDirectory", null);
        Directory.Delete(_folder, recursive: true);
    }

    [TestMethod]
    public async Task Keys_from_a_file_need_no_network()
    {
        using var app = Start(out var token);

        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(token, "invented")));
        Assert.AreEqual(0, app.Fetches);
    }

    [TestMethod]
    public async Task New_key_in_the_file_is_accepted_on_its_first_request()
    {
        using var app = Start(out var token);
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        app.Pool.RotateKeys();
        File.WriteAllText(PathOfFile, app.Pool.Jwks);

        Assert.AreEqual(200, await app.GetStatusAsync(app.Pool.IdToken()));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        Assert.AreEqual(2, app.Log.GetTexts(KeysApp.Fetched).Count);
    }

    [TestMethod]
    public async Task Key_removed_from_the_file_is_dropped_at_the_next_refresh()
    {
        using var app = Start(out var token);
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        app.Pool.RotateKeys();
        app.Pool.DropOldKeys();
        File.WriteAllText(PathOfFile, app.Pool.Jwks);

        // The request that starts the refresh may come before or after its end.
        app.Clock.Advance(TimeSpan.FromHours(24));
        await app.GetStatusAsync(token);
        await app.Log.WaitForAsync(KeysApp.Fetched, 2);

        Assert.AreEqual(401, await app.GetStatusAsync(token));
    }

    [TestMethod]
    public async Task Missing_or_half_written_file_keeps_the_known_keys()
    {
        using var app = Start(out var token);
        Assert.AreEqual(200, await app.GetStatusAsync(token));

        File.WriteAllText(PathOfFile, app.Pool.Jwks.Substring(0, 100));
        app.Clock.Advance(TimeSpan.FromHours(24));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        await app.Log.WaitForAsync(KeysApp.FetchFailed);
        StringAssert.Contains(app.Log.GetTexts(KeysApp.FetchFailed)[0], "(NotAJwks)");
        Assert.AreEqual(200, await app.GetStatusAsync(token));

        File.Delete(PathOfFile);
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        await app.Log.WaitForAsync(KeysApp.FetchFailed, 2);
        StringAssert.Contains(app.Log.GetTexts(KeysApp.FetchFailed)[1], "(File)");
        Assert.AreEqual(200, await app.GetStatusAsync(token));
    }

    [TestMethod]
    public async Task Flood_of_invented_kids_reads_the_file_once()
    {
        using var app = Start(out var token);
        Assert.AreEqual(200, await app.GetStatusAsync(token));
        for (var i = 0; i < 20; i++)
        {
            Assert.AreEqual(401, await app.GetStatusAsync(KeysApp.ReplaceKeyId(token, "invented")));
        }

        Assert.AreEqual(2, app.Log.GetTexts(KeysApp.Fetched).Count);
    }

    [TestMethod]
    public async Task Keys_from_JWKS_text_need_no_network_and_no_file()
    {
        using var pool = new CognitoTestPool();
        using var host = ProtectedApp.Start(pool, options => options.UserPools[0].Jwks = pool.Jwks);

        Assert.AreEqual(200, (await host.GetAsync("/", "Bearer " + pool.IdToken())).StatusCode);
        Assert.AreEqual(0, pool.JwksFetches);
    }

    [TestMethod]
    [DataRow("absolute")]
    [DataRow("relative")]
    [DataRow("~/")]
    [DataRow("|DataDirectory|")]
    [DataRow("App_Data")]
    [DataRow("a byte order mark")]
    public void Path_is_resolved_from_the_application_folder(string kind)
    {
        using var pool = new CognitoTestPool();
        var name = Path.GetFileName(_folder) + "/jwks.json";
        File.WriteAllText(PathOfFile, pool.Jwks, new UTF8Encoding(encoderShouldEmitUTF8Identifier: kind == "a byte order mark"));
        var path = kind switch
        {
            "absolute" or "a byte order mark" => PathOfFile,
            "~/" => "~/" + name,
            "|DataDirectory|" => "|DataDirectory|/jwks.json",
            "App_Data" => "|DataDirectory|/../" + name,
            _ => name,
        };
        if (kind == "|DataDirectory|")
        {
            AppDomain.CurrentDomain.SetData("DataDirectory", _folder);
        }

        using var provider = new CognitoIssuerSecurityKeyProvider(
            new CognitoUserPool(pool.UserPool.UserPoolId!, pool.ClientId) { JwksFile = path });

        Assert.AreEqual(2, provider.SecurityKeys.Count());
    }

    [TestMethod]
    [DataRow(null, "could not be read")]
    [DataRow("", "not a JWK Set")]
    [DataRow("<html>", "not a JWK Set")]
    [DataRow("{\"keys\":[]}", "no RSA key")]
    [DataRow("HUGE", "larger than 65536 bytes")]
    public void Unusable_file_stops_the_start(string? content, string reason)
    {
        if (content != null)
        {
            File.WriteAllText(PathOfFile, content == "HUGE" ? new string(' ', 65537) : content);
        }

        var userPool = new CognitoUserPool("eu-west-1_Ab12Cd34e", "1example23456789") { JwksFile = PathOfFile };
        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoIssuerSecurityKeyProvider(userPool));

        StringAssert.Contains(e.Problems.Single(), $"UserPools[0].JwksFile is \"{PathOfFile}\"");
        StringAssert.Contains(e.Problems.Single(), reason);
    }

    [TestMethod]
    public void Malformed_JWKS_text_stops_the_start_and_stays_hidden()
    {
        var userPool = new CognitoUserPool("eu-west-1_Ab12Cd34e", "1example23456789") { Jwks = "hunter2" };
        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoIssuerSecurityKeyProvider(userPool));

        StringAssert.StartsWith(e.Problems.Single(), "UserPools[0].Jwks is not the text of the pool's JWKS.");
        Assert.IsFalse(e.Message.Contains("hunter2"));
    }

    [TestMethod]
    public void Two_sources_of_keys_stop_the_start()
    {
        using var pool = new CognitoTestPool();
        File.WriteAllText(PathOfFile, pool.Jwks);
        var userPool = new CognitoUserPool("eu-west-1_Ab12Cd34e", "1example23456789")
        {
            JwksUri = new Uri("https://cognito.example.test/jwks.json"),
            JwksFile = PathOfFile,
            Jwks = pool.Jwks,
        };

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoIssuerSecurityKeyProvider(userPool));

        StringAssert.StartsWith(
            e.Problems.Single(), "UserPools[0].JwksUri and UserPools[0].JwksFile and UserPools[0].Jwks are set: expected one of them");
    }

    [TestMethod]
    public void Problem_with_the_file_names_the_setting()
    {
        var options = new CognitoJwtAuthenticationOptions().ReadSettings(new NameValueCollection
        {
            ["cognito:UserPoolId"] = "eu-west-1_Ab12Cd34e",
            ["cognito:ClientId"] = "1example23456789",
            ["cognito:JwksFile"] = "~/no-such-file.json",
            ["cognito:JwksUri"] = "https://cognito.example.test/jwks.json",
        });

        var e = Assert.ThrowsExactly<CognitoConfigurationException>(() => new CognitoTokenValidator(options));

        Assert.AreEqual(2, e.Problems.Count);
        StringAssert.StartsWith(e.Problems[0], "cognito:JwksFile is \"~/no-such-file.json\": expected a file with the pool's JWKS.");
        StringAssert.StartsWith(e.Problems[1], "cognito:JwksUri and cognito:JwksFile are set: expected one of them");
    }

    private KeysApp Start(out string token)
    {
        var app = new KeysApp(options =>
        {
            File.WriteAllText(PathOfFile, CognitoTestPool.WriteJwks([TestSigningKey.Create()]));
            options.UserPools[0].JwksUri = null;
            options.UserPools[0].JwksFile = PathOfFile;
        });
        File.WriteAllText(PathOfFile, app.Pool.Jwks);
        token = app.CreateLongLivedToken();
        return app;
    }
}
