using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using SyncFunctions.Keys;
using SyncFunctions.State;

namespace SyncFunctions.Infra.Tests;

public sealed class VaultKeysTests : IDisposable
{
    private readonly FakeVault _vault = new();
    private readonly StringWriter _output = new();

    private VaultKeys Keys => new(new SecretClient(new Uri("https://kv.vault.azure.net"), new AnyCredential(), new SecretClientOptions { Transport = new HttpClientTransport(_vault), DisableChallengeResourceVerification = true }), _output, TimeProvider.System);

    public void Dispose()
    {
        _vault.Dispose();
        _output.Dispose();
    }

    [Fact]
    public async Task Make_FourTimes_MakesOnceAndShowsNothing()
    {
        for (var i = 0; i < 4; i++) await Keys.MakeAsync(keyFile: null, TestContext.Current.CancellationToken);

        _vault.Writes.ShouldBe(2);
        SecretKeys.Parse(_vault.Secrets["secret-keys"], "the vault").Current.ShouldBe("k1");
        _vault.Secrets["operator-key"].Length.ShouldBe(43);
        foreach (var value in _vault.Secrets.Values) _output.ToString().ShouldNotContain(value);
    }

    [Fact]
    public async Task RotateSecretKeys_OnceMade_KeepsTheOldOne()
    {
        await Keys.MakeAsync(keyFile: null, TestContext.Current.CancellationToken);
        var before = JsonNode.Parse(_vault.Secrets["secret-keys"])!["keys"]!["k1"]!.GetValue<string>();

        await Keys.RotateSecretKeysAsync(TestContext.Current.CancellationToken);

        var after = JsonNode.Parse(_vault.Secrets["secret-keys"])!;
        after["current"]!.GetValue<string>().ShouldBe("k2");
        after["keys"]!["k1"]!.GetValue<string>().ShouldBe(before);
        _output.ToString().ShouldNotContain(before);
    }

    [Fact]
    public async Task Rotate_WhereNothingWasMade_IsRefused() =>
        (await Should.ThrowAsync<InvalidOperationException>(() => Keys.RotateSecretKeysAsync(TestContext.Current.CancellationToken))).Message.ShouldContain("no secret");

    [Fact]
    public async Task Make_WhatWasDeletedAndCanBeRecovered_IsRefused()
    {
        _vault.IsDeleted = true;

        (await Should.ThrowAsync<InvalidOperationException>(() => Keys.MakeAsync(keyFile: null, TestContext.Current.CancellationToken))).Message.ShouldContain("recover");
        _vault.Secrets.ShouldBeEmpty();
    }

    [Fact]
    public async Task Make_WithAKeyFile_TakesItAndRefusesAnother()
    {
        var (own, other) = (NewFile(), NewFile());
        try
        {
            for (var i = 0; i < 2; i++) await Keys.MakeAsync(own, TestContext.Current.CancellationToken);
            _vault.Secrets["secret-keys"].ShouldBe(SecretKeys.FromFile(own).ToJson());

            await Should.ThrowAsync<InvalidOperationException>(() => Keys.MakeAsync(other, TestContext.Current.CancellationToken));
            _vault.Writes.ShouldBe(2);
        }
        finally
        {
            File.Delete(own);
            File.Delete(other);
        }

        static string NewFile()
        {
            var file = Path.Combine(Path.GetTempPath(), $"keys-{Guid.NewGuid():N}.json");
            SecretKeys.FromFile(file);
            return file;
        }
    }

    private sealed class AnyCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new("t", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }

    /// <summary>As much of a vault's REST interface as two secrets need.</summary>
    private sealed class FakeVault : HttpMessageHandler
    {
        public Dictionary<string, string> Secrets { get; } = [];

        public int Writes { get; private set; }

        public bool IsDeleted { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Headers.Authorization is null)
            {
                var challenge = Answer(HttpStatusCode.Unauthorized, []);
                challenge.Headers.TryAddWithoutValidation("WWW-Authenticate", "Bearer authorization=\"https://login.microsoftonline.com/any\", resource=\"https://vault.azure.net\"");
                return challenge;
            }

            var name = request.RequestUri!.Segments[2].Trim('/');
            if (request.Method == HttpMethod.Put)
            {
                if (IsDeleted) return Answer(HttpStatusCode.Conflict, new() { ["error"] = new JsonObject { ["code"] = "Conflict", ["message"] = "It is deleted." } });
                Secrets[name] = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!["value"]!.GetValue<string>();
                Writes++;
            }

            return Secrets.TryGetValue(name, out var value)
                ? Answer(HttpStatusCode.OK, new() { ["id"] = $"https://kv.vault.azure.net/secrets/{name}/1", ["value"] = value, ["attributes"] = new JsonObject { ["enabled"] = true } })
                : Answer(HttpStatusCode.NotFound, new() { ["error"] = new JsonObject { ["code"] = "SecretNotFound", ["message"] = "There is none." } });
        }

        private static HttpResponseMessage Answer(HttpStatusCode status, JsonObject body) => new(status) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
    }
}
