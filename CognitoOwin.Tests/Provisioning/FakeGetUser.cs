using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Tests.Keys;
using CognitoOwin.Tests.Validation;
using Newtonsoft.Json.Linq;

namespace CognitoOwin.Tests.Provisioning;

/// <summary>
/// Answers <c>GetUser</c> for every pool: it knows every token and confirms its user, until the test changes <see cref="OnCall"/>.
/// </summary>
internal sealed class FakeGetUser : HttpMessageHandler
{
    private readonly List<string> _asked = [];
    private int _inFlight;

    /// <summary>What it does with a call for a token.</summary>
    public Func<string, Task<HttpResponseMessage>> OnCall { get; set; } = token => Task.FromResult(Confirm(token));

    /// <summary>The calls that have started.</summary>
    public Signal Started { get; } = new();

    public int MaximumInFlight { get; private set; }

    /// <summary>The tokens in the order of the calls.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_asked)
            {
                return [.. _asked];
            }
        }
    }

    public int Calls => Asked.Count;

    public static HttpResponseMessage Confirm(string token, params (string Name, string Value)[] attributes) =>
        CreateProfile(TokenReader.ReadSubject(token), attributes);

    public static HttpResponseMessage CreateProfile(string? subject, params (string Name, string Value)[] attributes) => Create(
        200,
        new JObject
        {
            ["Username"] = "alice",
            ["UserAttributes"] = new JArray(attributes.Concat([("sub", subject!)])
                .Select(attribute => new JObject { ["Name"] = attribute.Item1, ["Value"] = attribute.Item2 })),
        }.ToString());

    public static HttpResponseMessage Revoked() =>
        Create(400, "{\"__type\":\"NotAuthorizedException\",\"message\":\"Access Token has been revoked\"}");

    public static HttpResponseMessage Create(int status, string body) =>
        new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/x-amz-json-1.1") };

    public void Always(Func<HttpResponseMessage> answer) => OnCall = _ => Task.FromResult(answer());

    public void ConfirmAll() => OnCall = token => Task.FromResult(Confirm(token));

    /// <summary>Lets every call wait for the returned source, and then answers it.</summary>
    public TaskCompletionSource<bool> Hold(Func<string, HttpResponseMessage> answer)
    {
        var released = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        OnCall = async token =>
        {
            await released.Task;
            return answer(token);
        };
        return released;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = (string)JObject.Parse(await request.Content!.ReadAsStringAsync())["AccessToken"]!;
        lock (_asked)
        {
            _asked.Add(token);
            MaximumInFlight = Math.Max(MaximumInFlight, ++_inFlight);
        }

        Started.Add();
        try
        {
            return await OnCall(token);
        }
        finally
        {
            lock (_asked)
            {
                _inFlight--;
            }
        }
    }
}
