using System.Text;
using SyncFunctions.Engine;

namespace SyncFunctions.State.Tests;

public sealed class SecretBoxTests : IDisposable
{
    private static readonly TenantId Acme = new("acme");
    private static readonly ConnectionId Crm = new("crm");
    private static readonly byte[] Secret = "refresh token"u8.ToArray();

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"keys-{Guid.NewGuid():N}");

    private string KeyFile => Path.Combine(_folder, "inner", "secret-keys.json");

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("refresh token")]
    public void Open_Sealed_GivesTheSecret(string secret)
    {
        var box = new SecretBox(SecretKeys.New());

        Encoding.UTF8.GetString(box.Open(Acme, Crm, box.Seal(Acme, Crm, Encoding.UTF8.GetBytes(secret)))!).ShouldBe(secret);
    }

    [Theory]
    [InlineData("other", "crm")]
    [InlineData("acme", "other")]
    [InlineData("acmec", "rm")]
    [InlineData("", "acmecrm")]
    public void Open_ForAnotherOwner_GivesNothing(string tenant, string connection)
    {
        var box = new SecretBox(SecretKeys.New());

        box.Open(new TenantId(tenant), new ConnectionId(connection), box.Seal(Acme, Crm, Secret)).ShouldBeNull();
    }

    [Fact]
    public void Open_AnyByteChanged_GivesNothing()
    {
        var box = new SecretBox(SecretKeys.New());
        var envelope = box.Seal(Acme, Crm, Secret);

        for (var i = 0; i < envelope.Length; i++)
        {
            var tampered = envelope.ToArray();
            tampered[i] ^= 1;
            box.Open(Acme, Crm, tampered).ShouldBeNull($"byte {i}");
        }
    }

    [Fact]
    public void Open_CutAnywhere_GivesNothing()
    {
        var box = new SecretBox(SecretKeys.New());
        var envelope = box.Seal(Acme, Crm, Secret);

        for (var length = 0; length < envelope.Length; length++) box.Open(Acme, Crm, envelope.AsSpan(0, length)).ShouldBeNull($"{length} bytes");
    }

    [Fact]
    public void Seal_Twice_IsNeverTheSame()
    {
        var box = new SecretBox(SecretKeys.New());

        box.Seal(Acme, Crm, Secret).ShouldNotBe(box.Seal(Acme, Crm, Secret));
    }

    [Fact]
    public void Open_WithOtherKeys_GivesNothing() =>
        new SecretBox(SecretKeys.New()).Open(Acme, Crm, new SecretBox(SecretKeys.New()).Seal(Acme, Crm, Secret)).ShouldBeNull();

    [Fact]
    public void Rotate_OldSecretsStillOpen_AndNewOnesAreOfTheNewKey()
    {
        var before = SecretKeys.New();
        var old = new SecretBox(before).Seal(Acme, Crm, Secret);

        var box = new SecretBox(before.Rotate());

        box.Open(Acme, Crm, old).ShouldBe(Secret);
        var fresh = box.Seal(Acme, Crm, Secret);
        box.Open(Acme, Crm, fresh).ShouldBe(Secret);
        new SecretBox(before).Open(Acme, Crm, fresh).ShouldBeNull();
    }

    [Fact]
    public void Rotate_AfterOlderKeysAreGone_NamesNoneTwice()
    {
        var third = SecretKeys.New().Rotate().Rotate();

        third.Without("k2").Without("k1").Rotate().Current.ShouldBe("k4");
    }

    [Theory]
    [InlineData("k2")]
    [InlineData("k7")]
    public void Without_TheCurrentKeyOrNone_IsRefused(string id) => Should.Throw<ArgumentException>(() => SecretKeys.New().Rotate().Without(id));

    [Fact]
    public void FromFile_Missing_CreatesOneForTheOwnerAlone()
    {
        var envelope = new SecretBox(SecretKeys.FromFile(KeyFile)).Seal(Acme, Crm, Secret);

        new SecretBox(SecretKeys.FromFile(KeyFile)).Open(Acme, Crm, envelope).ShouldBe(Secret);
        Directory.GetFileSystemEntries(Path.GetDirectoryName(KeyFile)!).ShouldBe([KeyFile, $"{KeyFile}.lock"], ignoreOrder: true);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task FromFile_CreatedByManyAtOnce_AllHaveTheSameKeys()
    {
        for (var round = 0; round < 20; round++)
        {
            var file = $"{KeyFile}.{round}";
            var all = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => SecretKeys.FromFile(file))));

            all.Select(keys => keys.ToJson()).Distinct().ShouldHaveSingleItem();
        }
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"current":"k1","keys":{}}""")]
    [InlineData("""{"current":"k1","keys":{"k1":"c2hvcnQ="}}""")]
    [InlineData("""{"current":"k1","keys":{"k1":"geheim"}}""")]
    public void Parse_NotKeys_SaysWhereAndNotWhat(string json)
    {
        var failure = Should.Throw<FormatException>(() => SecretKeys.Parse(json, "the file"));

        failure.Message.ShouldContain("the file");
        failure.ToString().ShouldNotContain("c2hvcnQ");
        failure.ToString().ShouldNotContain("geheim");
    }

    [Fact]
    public void Keys_AsText_HoldNoKey()
    {
        var keys = SecretKeys.New();

        keys.ToString().ShouldBe("1 key(s), the current one is k1");
    }
}
