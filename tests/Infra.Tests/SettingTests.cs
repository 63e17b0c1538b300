using Microsoft.Extensions.Configuration;
using SyncFunctions.App.Settings;
using SyncFunctions.Keys;

namespace SyncFunctions.Infra.Tests;

public sealed class SettingTests
{
    private static readonly string _app = Repository.Read("infra/modules/app.bicep");
    private static readonly string _host = Repository.Read("host.json");
    private static readonly string _readme = Repository.Read("README.md");
    private static readonly IReadOnlyList<string> _sources = [.. Repository.Sources()];

    private static SettingRules Of(string? app = null, string? host = null, string? more = null) =>
        new(BicepParser.Parse(app ?? _app), host ?? _host, more is null ? _sources : [.. _sources, more], _readme);

    [Fact]
    public void Settings_AsTheyAre_AreWithoutFindings()
    {
        var settings = Of();
        settings.Supplied.ShouldContain("SecretKeyUri");
        settings.HostSettings().ShouldBeEmpty();
        settings.Connections().ShouldBeEmpty();
        settings.Reads().ShouldBeEmpty();
        settings.Given().ShouldBeEmpty();
        settings.References().ShouldBeEmpty();
    }

    [Fact]
    public void References_OneToASecretOfTheVault_IsFound() =>
        Of(_app.Replace("OperatorKeyUri: '${vaultUri}secrets/operator-key'", "OperatorKey: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/operator-key)'", StringComparison.Ordinal)).References().ShouldHaveSingleItem();

    [Fact]
    public async Task TheApp_WithTheKeysThatTheHookMakes_Starts()
    {
        using var vault = new FakeVault();
        var (_, settings) = Start(Of());
        (await Should.ThrowAsync<SettingsException>(() => settings.LoadSecretsAsync(vault.Open, TestContext.Current.CancellationToken))).Message.ShouldContain("404 SecretNotFound");

        vault.IsAway = true;
        (await Should.ThrowAsync<SettingsException>(() => settings.LoadSecretsAsync(vault.Open, TestContext.Current.CancellationToken))).Message.ShouldContain("not reached: Name or service not known");
        vault.IsAway = false;

        await new VaultKeys(vault.Open(new Uri("https://kv-1.vault.azure.net/")), TextWriter.Null, TimeProvider.System).MakeAsync(keyFile: null, TestContext.Current.CancellationToken);
        var keys = await settings.LoadSecretsAsync(vault.Open, TestContext.Current.CancellationToken);

        keys.ToJson().ShouldBe(vault.Secrets["secret-keys"]);
        settings.OperatorKey.ShouldBe(vault.Secrets["operator-key"]);
    }

    [Theory]
    [InlineData("operator-key", "short", "'OperatorKeyUri' is too short")]
    [InlineData("secret-keys", "{}", "'SecretKeyUri' do not hold the current one")]
    public async Task TheApp_WithASecretThatCannotBe_SaysWhich(string name, string value, string said)
    {
        using var vault = new FakeVault();
        await new VaultKeys(vault.Open(new Uri("https://kv-1.vault.azure.net/")), TextWriter.Null, TimeProvider.System).MakeAsync(keyFile: null, TestContext.Current.CancellationToken);
        vault.Secrets[name] = value;

        (await Should.ThrowAsync<SettingsException>(() => Start(Of()).Settings.LoadSecretsAsync(vault.Open, TestContext.Current.CancellationToken))).Message.ShouldContain(said);
    }

    [Fact]
    public void TheApp_WithTheSettingsOfTheTemplate_HasNoFault()
    {
        Faults(Of()).ShouldBeEmpty();
        Faults(Of(_app.Replace("SecretKeyUri:", "SecretKeyAddress:", StringComparison.Ordinal))).ShouldHaveSingleItem().ShouldContain("SecretKeyUri");
        Faults(Of(_app.Replace("'0 17 3 * * *'", "'17 3 * * *'", StringComparison.Ordinal))).ShouldHaveSingleItem().ShouldContain("RetentionSchedule");
    }

    /// <summary>What the app itself says at start on Azure.</summary>
    private static IReadOnlyList<string> Faults(SettingRules settings) => Start(settings).Faults;

    private static (IReadOnlyList<string> Faults, AppSettings Settings) Start(SettingRules settings)
    {
        var configuration = new ConfigurationManager();
        foreach (var (name, value) in settings.Values) configuration[name.Replace("__", ":", StringComparison.Ordinal)] = Evaluate(value);
        var reader = new SettingReader(configuration, Hosting.Azure);
        HostSettings.Apply(reader, configuration);
        var read = AppSettings.Read(reader, configuration);
        return (reader.Faults, read);
    }

    private static string Evaluate(Expression value) => value switch
    {
        Expression.Text text => string.Concat(text.Parts.Select(Evaluate)),
        Expression.Literal literal => literal.Value!.ToString()!,
        Expression.Name { Id: "taskHubName" } => "SyncFunctions",
        Expression.Name { Id: "vaultUri" } => "https://kv-1.vault.azure.net/",
        Expression.Member { Target: Expression.Name { Id: "hostEndpoints" or "stateEndpoints" }, Id: var service } => $"https://account.{service}.core.windows.net/",
        Expression.Name name => name.Id,
        _ => throw new NotSupportedException(value.ToString()),
    };

    [Fact]
    public void HostSettings_OneNotGiven_IsFound()
    {
        Of(_app.Replace("PollSchedule:", "PollingSchedule:", StringComparison.Ordinal)).HostSettings().ShouldHaveSingleItem();
        Of(more: "[TimerTrigger(\"%OtherSchedule%\")]").HostSettings().ShouldHaveSingleItem();
        Of(host: _host.Replace("%TaskHubName%", "%HubName%", StringComparison.Ordinal)).HostSettings().ShouldHaveSingleItem();
    }

    [Fact]
    public void Connections_OneWithoutAPart_IsFound()
    {
        Of(_app.Replace("StateStorage__queueServiceUri", "StateStorage__queueUri", StringComparison.Ordinal)).Connections().ShouldHaveSingleItem();
        Of(host: _host.Replace("\"DurableStorage\"", "\"HubStorage\"", StringComparison.Ordinal)).Connections().Count().ShouldBe(5);
    }

    [Fact]
    public void Reads_OneNeitherGivenNorDescribed_IsFound()
    {
        Of(more: "var a = reader.Text(\"Paint:Colour\");").Reads().ShouldHaveSingleItem();
        Of(more: "const string name = \"Colour\";").Reads().ShouldHaveSingleItem();
    }

    [Fact]
    public void Given_OneThatNothingReads_IsFound() =>
        Of(_app.Replace("TaskHubName: taskHubName", "TaskHubName: taskHubName\n    Colour: 'red'", StringComparison.Ordinal)).Given().ShouldHaveSingleItem();
}
