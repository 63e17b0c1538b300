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
        Of(more: "var a = configuration[\"Colour\"];").Reads().ShouldHaveSingleItem();
        Of(more: "const string Setting = \"Paint:Colour\";").Reads().ShouldHaveSingleItem();
    }

    [Fact]
    public void Given_OneThatNothingReads_IsFound() =>
        Of(_app.Replace("TaskHubName: taskHubName", "TaskHubName: taskHubName\n    Colour: 'red'", StringComparison.Ordinal)).Given().ShouldHaveSingleItem();
}
