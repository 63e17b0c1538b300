using Microsoft.Extensions.Configuration;
using SyncFunctions.App.Settings;

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
    }

    [Fact]
    public void TheApp_WithTheSettingsOfTheTemplate_HasNoFault()
    {
        Faults(Of()).ShouldBeEmpty();
        Faults(Of(_app.Replace("SecretKeyUri:", "SecretKeyAddress:", StringComparison.Ordinal))).ShouldHaveSingleItem().ShouldContain("SecretKeyUri");
        Faults(Of(_app.Replace("'0 17 3 * * *'", "'17 3 * * *'", StringComparison.Ordinal))).ShouldHaveSingleItem().ShouldContain("RetentionSchedule");
    }

    /// <summary>What the app itself says at start on Azure.</summary>
    private static IReadOnlyList<string> Faults(SettingRules settings)
    {
        var configuration = new ConfigurationManager();
        foreach (var (name, value) in settings.Values) configuration[name.Replace("__", ":", StringComparison.Ordinal)] = Evaluate(value);
        var reader = new SettingReader(configuration, Hosting.Azure);
        HostSettings.Apply(reader, configuration);
        AppSettings.Read(reader, configuration);
        return reader.Faults;
    }

    private static string Evaluate(Expression value) => value switch
    {
        // The platform puts the secret in its place.
        Expression.Text { Parts: [Expression.Literal { Value: "@Microsoft.KeyVault(SecretUri=" }, ..] } => "what-the-secret-of-the-vault-says",
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
