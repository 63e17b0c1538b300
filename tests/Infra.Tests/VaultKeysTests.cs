using System.Text.Json.Nodes;
using SyncFunctions.Keys;
using SyncFunctions.State;

namespace SyncFunctions.Infra.Tests;

public sealed class VaultKeysTests : IDisposable
{
    private readonly FakeVault _vault = new();
    private readonly StringWriter _output = new();

    private VaultKeys Keys => new(_vault.Open(new Uri("https://kv.vault.azure.net")), _output, TimeProvider.System);

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
    public async Task RemoveSecretKey_OfARotatedOne_LeavesTheCurrentOne()
    {
        await Keys.MakeAsync(keyFile: null, TestContext.Current.CancellationToken);
        await Keys.RotateSecretKeysAsync(TestContext.Current.CancellationToken);

        await Should.ThrowAsync<ArgumentException>(() => Keys.RemoveSecretKeyAsync("k2", TestContext.Current.CancellationToken));
        await Keys.RemoveSecretKeyAsync("k1", TestContext.Current.CancellationToken);

        SecretKeys.Parse(_vault.Secrets["secret-keys"], "the vault").Ids.ShouldBe(["k2"]);
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

    [Theory]
    [InlineData("ForbiddenByFirewall")]
    [InlineData("ForbiddenByConnection")]
    public async Task Make_FromOutsideThePrivateNetwork_SaysSoAtOnce(string reason)
    {
        _vault.Forbids = reason;

        (await Should.ThrowAsync<InvalidOperationException>(() => Keys.MakeAsync(keyFile: null, TestContext.Current.CancellationToken))).Message.ShouldContain("ALLOWED_ADDRESSES");
        (_vault.Secrets.Count, _output.ToString()).ShouldBe((0, ""));
    }

    [Fact]
    public async Task Make_BeforeTheRoleCounts_SaysSoOnceAndTriesAgain()
    {
        (_vault.Forbids, _vault.Refusals) = ("ForbiddenByRbac", 3);

        await new VaultKeys(_vault.Open(new Uri("https://kv.vault.azure.net")), _output, new Hurried()).MakeAsync(keyFile: null, TestContext.Current.CancellationToken);

        _vault.Secrets.Count.ShouldBe(2);
        _output.ToString().Split('\n').Count(line => line.Contains("Key Vault Secrets Officer", StringComparison.Ordinal)).ShouldBe(1);
    }

    /// <summary>Pauses are over at once.</summary>
    private sealed class Hurried : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, TimeSpan.Zero, period);
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
}
