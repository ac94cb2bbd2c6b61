using System;
using System.IdentityModel.Tokens.Jwt;
using System.Linq;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Threading.Tasks;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using CognitoOwin.Testing;
using Microsoft.IdentityModel.Tokens;
using Perfolizer.Horology;

namespace CognitoOwin.Bench;

/// <summary>
/// Measures the validation of one token without a pipeline, with BenchmarkDotNet. It checks the results of <see cref="FiguresCommand"/>.
/// </summary>
internal static class SingleCommand
{
    public static int Run(string[] args)
    {
        _ = new Arguments(args);

        // Run in this process, because the other toolchains build a project that cannot use the stand-ins for Katana.
        // The iterations are few and short, so that the command ends within two minutes.
        var job = Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(3)
            .WithIterationCount(12)
            .WithIterationTime(TimeInterval.FromMilliseconds(250));

        // The memory diagnoser works under Mono 6.8. Its numbers agree with GC.GetAllocatedBytesForCurrentThread.
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .AddExporter(MarkdownExporter.GitHub, JsonExporter.Full)
            .WithArtifactsPath(Repository.Artifact("benchmarkdotnet"));
        var summary = BenchmarkRunner.Run<SingleToken>(config);
        return !summary.HasCriticalValidationErrors && summary.Reports.Length > 0 && summary.Reports.All(report => report.Success) ? 0 : 1;
    }
}

/// <summary>The benchmarks. The class is public and not sealed, because BenchmarkDotNet derives from it.</summary>
public class SingleToken : IDisposable
{
    private readonly JwtSecurityTokenHandler _handler = new();
    private readonly CognitoTestPool _pool = new();
    private readonly RSA _rsa = RSA.Create();
    private CognitoTokenValidator? _cold;
    private CognitoTokenValidator? _warm;
    private TokenValidationParameters? _parameters;
    private string _token = "";
    private byte[] _input = [];
    private byte[] _signature = [];

    /// <summary>Runs every benchmark once, to fetch the keys and to check that the token is accepted.</summary>
    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _token = SampleTokens.Create(_pool, 1)[0];
        _input = SampleTokens.SigningInput(_token);
        _signature = SampleTokens.Signature(_token);
        _rsa.ImportParameters(_pool.IdTokenKey.PublicParameters);
        _parameters = DotNetPeers.CreateParameters(_pool);
        _cold = Validator(cached: false);
        _warm = Validator(cached: true);
        if (!Rsa()
            || Handler().Identity?.IsAuthenticated != true
            || !(await ColdAsync().ConfigureAwait(false)).IsValid
            || !(await WarmAsync().ConfigureAwait(false)).IsValid)
        {
            throw new InvalidOperationException("The token was not accepted, so the measurement would not be valid.");
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _warm?.Dispose();
        _cold?.Dispose();
        _rsa.Dispose();
        _pool.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, Description = "RSA.VerifyData")]
    public bool Rsa() => _rsa.VerifyData(_input, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    [Benchmark(Description = "JwtSecurityTokenHandler.ValidateToken")]
    public ClaimsPrincipal Handler() => _handler.ValidateToken(_token, _parameters, out _);

    [Benchmark(Description = "ValidateAsync, cold")]
    public Task<CognitoTokenValidationResult> ColdAsync() => _cold!.ValidateAsync(_token);

    [Benchmark(Description = "ValidateAsync, warm")]
    public Task<CognitoTokenValidationResult> WarmAsync() => _warm!.ValidateAsync(_token);

    // The cold validator has no cache. A new validator for each call would have to fetch the keys.
    private CognitoTokenValidator Validator(bool cached)
    {
        var options = new CognitoJwtAuthenticationOptions();
        _pool.Configure(options);
        options.TokenCache.Enabled = cached;
        return new CognitoTokenValidator(options);
    }
}
