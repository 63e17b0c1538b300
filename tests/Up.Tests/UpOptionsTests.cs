namespace SyncFunctions.Up.Tests;

public sealed class UpOptionsTests
{
    [Fact]
    public void Parse_NoArguments_RunsWithTheDemonstrationOnTheUsualPorts()
    {
        var options = Parse();

        options.Mode.ShouldBe(UpMode.Run);
        options.Demo.ShouldBeTrue();
        options.Fresh.ShouldBeFalse();
        options.FreePorts.ShouldBeFalse();
        options.PollSchedule.ShouldBe("*/2 * * * * *");
        (options.AppPort, options.VendorsPort, options.AzuritePorts, options.Data).ShouldBe((null, null, null, null));
    }

    [Fact]
    public void Parse_EveryOption_IsTakenOver()
    {
        var options = Parse(
            "--load", "250", "--fresh", "--no-demo", "--free-ports", "--app-port", "8001", "--vendors-port=8002", "--azurite-ports", "1,2,65535",
            "--poll-schedule", "0 * * * * *", "--data=/tmp/a=b");

        options.ShouldBe(new UpOptions
        {
            Mode = UpMode.Load,
            LoadCount = 250,
            Fresh = true,
            Demo = false,
            FreePorts = true,
            AppPort = 8001,
            VendorsPort = 8002,
            AzuritePorts = (1, 2, 65535),
            PollSchedule = "0 * * * * *",
            Data = "/tmp/a=b",
        });
    }

    [Theory]
    [InlineData(UpMode.Smoke, "--smoke")]
    [InlineData(UpMode.Smoke, "--smoke", "--smoke")]
    [InlineData(UpMode.LoadDebian, "--load-debian")]
    [InlineData(UpMode.Help, "--smoke", "--help")]
    [InlineData(UpMode.Help, "-h", "--smoke")]
    public void Parse_Mode_IsTheOneNamed(UpMode expected, params string[] args) => Parse(args).Mode.ShouldBe(expected);

    [Theory]
    [InlineData("There is no option --bogus; --help lists them.", "--bogus")]
    [InlineData("There is no option smoke; --help lists them.", "smoke")]
    [InlineData("There is no option --Smoke; --help lists them.", "--Smoke")]
    [InlineData("--smoke takes no value.", "--smoke=1")]
    [InlineData("--load needs a value.", "--load")]
    [InlineData("--load needs a value.", "--load", "--fresh")]
    [InlineData("--data needs a value.", "--data=")]
    [InlineData("--load needs a number of projects from 1 to 1000000, not '0'.", "--load", "0")]
    [InlineData("--load needs a number of projects from 1 to 1000000, not '-5'.", "--load", "-5")]
    [InlineData("--app-port needs a port from 1 to 65535, not '65536'.", "--app-port", "65536")]
    [InlineData("--vendors-port needs a port from 1 to 65535, not 'x'.", "--vendors-port", "x")]
    [InlineData("--azurite-ports needs three ports from 1 to 65535 with commas between them, not '1,2'.", "--azurite-ports", "1,2")]
    [InlineData("--azurite-ports needs three ports from 1 to 65535 with commas between them, not '1,,3'.", "--azurite-ports", "1,,3")]
    [InlineData("--poll-schedule needs six fields, seconds first, not '* * * * *'.", "--poll-schedule", "* * * * *")]
    [InlineData("Only one of --smoke, --load and --load-debian can be given.", "--smoke", "--load", "5")]
    public void Parse_Wrong_SaysWhatInOneSentence(string sentence, params string[] args)
    {
        UpOptions.TryParse(args, out _, out var problem).ShouldBeFalse();

        problem.ShouldBe(sentence);
    }

    [Fact]
    public async Task Command_UnknownOption_EndsWithTwo() => (await UpCommand.RunAsync(["--bogus"])).ShouldBe(Foreground.WrongOptions);

    [Fact]
    public void HelpText_NamesEveryOption()
    {
        foreach (var option in (string[])["--fresh", "--no-demo", "--smoke", "--load N", "--load-debian", "--app-port", "--vendors-port", "--azurite-ports", "--mail-ports", "--free-ports", "--poll-schedule", "--data", "--help"])
            UpOptions.HelpText.ShouldContain($"  {option} ");
    }

    private static UpOptions Parse(params string[] args)
    {
        UpOptions.TryParse(args, out var options, out var problem).ShouldBeTrue(problem);
        return options;
    }
}
