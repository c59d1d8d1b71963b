using EvenKeel.Training;

namespace EvenKeel.Tests.Training;

public sealed class JournalTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("evenkeel-journal-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_is_written_is_read_back()
    {
        RunFolder folder = Folder();
        RunRecord record = Record();
        StepRecord step = new() { Step = 120, Epoch = 1.2, Loss = 1.83, Error = 0.61, Rate = 0.001, ImagesPerSecond = 51.2 };
        EpochRecord epoch = new()
        {
            Epoch = 1,
            TrainLoss = 1.5,
            TrainError = 0.5,
            TestError = 0.4,
            Seconds = 12.5,
            Phases = new PhaseSeconds { Data = 1, Forward = 2, Backward = 3, Optimizer = 4, Evaluate = 5 },
            PeakBytes = 123_456_789_012,
            WallClock = new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero),
        };
        folder.Write(record);
        using (JournalWriter writer = new(folder))
        {
            writer.Append(step);
            writer.Append(epoch);
        }

        RunHistory history = JournalReader.Read(folder)!;

        Assert.Equal(RunStatus.Interrupted, history.Record.Status);
        Assert.Equal(record.Spec.Hash, history.Record.Spec.Hash);
        Assert.Equal("0.5,0.4", history.Record.Data!.Preprocessing["mean"]);
        Assert.Equal(record.Machine, history.Record.Machine);
        Assert.Equal(step, Assert.Single(history.Steps));
        Assert.Equal(epoch, Assert.Single(history.Epochs));
        Assert.Null(history.Epochs[0].ValidationError);
    }

    [Fact]
    public void Lines_have_the_documented_form()
    {
        RunFolder folder = Folder();
        using (JournalWriter writer = new(folder))
            writer.Append(new StepRecord { Step = 7, Epoch = 0.07, Loss = 2.25 });

        Assert.Equal(
            "{\"kind\":\"step\",\"step\":7,\"epoch\":0.07,\"loss\":2.25}\n", File.ReadAllText(folder.MetricsPath));
        folder.Write(Record());
        Assert.Contains("\"status\": \"interrupted\"", File.ReadAllText(folder.RecordPath), StringComparison.Ordinal);
        Assert.Equal(["metrics.jsonl", "run.json"], Names(folder));
    }

    [Fact]
    public void A_line_is_on_disk_before_the_writer_is_closed()
    {
        RunFolder folder = Folder();
        folder.Write(Record());
        using JournalWriter writer = new(folder);
        writer.Append(new EpochRecord { Epoch = 1 });
        Assert.Single(JournalReader.Read(folder)!.Epochs);
    }

    [Fact]
    public void A_torn_last_line_is_ignored_and_does_not_swallow_the_next()
    {
        RunFolder folder = Folder();
        folder.Write(Record());
        using (JournalWriter writer = new(folder))
            writer.Append(new EpochRecord { Epoch = 1, TestError = 0.5 });
        File.AppendAllText(folder.MetricsPath, "{\"kind\":\"epoch\",\"epoch\":2,\"testEr");

        Assert.Single(JournalReader.Read(folder)!.Epochs);

        using (JournalWriter writer = new(folder))
            writer.Append(new EpochRecord { Epoch = 2, TestError = 0.25 });
        Assert.Equal([0.5, 0.25], JournalReader.Read(folder)!.Epochs.Select(epoch => epoch.TestError!.Value));
    }

    [Fact]
    public void The_later_of_two_lines_wins_and_order_is_restored()
    {
        RunFolder folder = Folder();
        folder.Write(Record());
        using (JournalWriter writer = new(folder))
        {
            writer.Append(new StepRecord { Step = 20, Loss = 9 });
            writer.Append(new EpochRecord { Epoch = 2, TrainLoss = 9 });
            writer.Append(new StepRecord { Step = 10, Loss = 1 });
            writer.Append(new EpochRecord { Epoch = 1, TrainLoss = 1 });
            writer.Append(new StepRecord { Step = 20, Loss = 2 });
            writer.Append(new EpochRecord { Epoch = 2, TrainLoss = 2 });
        }

        RunHistory history = JournalReader.Read(folder)!;
        Assert.Equal([1.0, 2.0], history.Steps.Select(step => step.Loss!.Value));
        Assert.Equal([1.0, 2.0], history.Epochs.Select(epoch => epoch.TrainLoss!.Value));
    }

    [Fact]
    public void Losses_that_are_not_numbers_survive()
    {
        RunFolder folder = Folder();
        folder.Write(Record());
        using (JournalWriter writer = new(folder))
            writer.Append(new EpochRecord { Epoch = 1, TrainLoss = double.NaN, TestLoss = double.PositiveInfinity });
        EpochRecord epoch = JournalReader.Read(folder)!.Epochs[0];
        Assert.True(double.IsNaN(epoch.TrainLoss!.Value));
        Assert.True(double.IsPositiveInfinity(epoch.TestLoss!.Value));
    }

    [Fact]
    public void A_newer_journal_may_hold_more_members_and_other_kinds()
    {
        RunFolder folder = Folder();
        folder.Write(Record());
        File.WriteAllText(
            folder.MetricsPath,
            "{\"kind\":\"layer\",\"name\":\"conv1\"}\n{\"kind\":\"epoch\",\"epoch\":1,\"new\":[1],\"trainLoss\":2}\n\n7\n");
        Assert.Equal(2, Assert.Single(JournalReader.Read(folder)!.Epochs).TrainLoss);
    }

    [Fact]
    public void An_empty_folder_is_no_run_and_one_without_metrics_is_an_empty_one()
    {
        RunFolder folder = Folder();
        Assert.Null(JournalReader.Read(folder));
        Assert.Empty(RunFolder.All(Path.Combine(_root, "study")));
        folder.Write(Record());
        Assert.Empty(JournalReader.Read(folder)!.Epochs);
        Assert.Equal(folder.FullPath, Assert.Single(RunFolder.All(Path.Combine(_root, "study"))).FullPath);
    }

    [Fact]
    public void Two_writers_of_one_journal_are_refused()
    {
        RunFolder folder = Folder();
        using JournalWriter first = new(folder);
        UserException refused = Assert.Throws<UserException>(() => new JournalWriter(folder).Dispose());
        Assert.Contains("another evenkeel", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_said_in_one_sentence()
    {
        string file = Path.Combine(_root, "in-the-way");
        File.WriteAllText(file, "");
        RunFolder folder = RunFolder.For(file, "study", new RunSpec());
        Assert.Contains("Cannot write", Assert.Throws<UserException>(() => folder.Write(Record())).Message, StringComparison.Ordinal);
        Assert.Contains(folder.FullPath, Assert.Throws<UserException>(folder.Create).Message, StringComparison.Ordinal);
        Assert.Throws<UserException>(() => new JournalWriter(folder).Dispose());
    }

    [Fact]
    public void A_damaged_or_newer_record_is_said_in_one_sentence()
    {
        RunFolder folder = Folder();
        folder.Create();
        File.WriteAllText(folder.RecordPath, "{ \"format\": 1, \"spec\"");
        Assert.Contains("is not a run record", Assert.Throws<UserException>(() => folder.Read()).Message, StringComparison.Ordinal);
        File.WriteAllText(folder.RecordPath, "{ \"format\": 2 }");
        Assert.Contains("reads up to 1", Assert.Throws<UserException>(() => folder.Read()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wn+mobn", "wn+mobn")]
    [InlineData("bn(epsilon=1e-3,rate=0.01)", "bn_epsilon_1e-3_rate_0.01")]
    [InlineData("../../etc", "etc")]
    [InlineData("()", "unnamed")]
    public void Schemes_become_safe_folder_names(string scheme, string expected) =>
        Assert.Equal(expected, RunFolder.Safe(scheme));

    [Fact]
    public void A_folder_is_named_by_scheme_seed_and_hash()
    {
        RunSpec spec = new() { Scheme = "wn+mobn", Seed = 3 };
        Assert.Equal($"wn+mobn-3-{spec.Hash}", RunFolder.For(_root, "study", spec).Name);
        Assert.NotEqual(spec.Hash, (spec with { Epochs = 3 }).Hash);
    }

    private static string[] Names(RunFolder folder) =>
        [.. Directory.GetFiles(folder.FullPath).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static RunRecord Record() => new()
    {
        Spec = new RunSpec { Scheme = "bn", Epochs = 7 },
        Version = "0.1.0",
        Status = RunStatus.Interrupted,
        Parameters = 1_406_794,
        Start = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero),
        Machine = new MachineRecord { Cpu = "a", Os = "b", Runtime = "c", Path = 512, Threads = 2 },
        Data = new DataRecord
        {
            Name = "shapes10",
            Fingerprint = "abc",
            Train = 10,
            Preprocessing = new Dictionary<string, string>(StringComparer.Ordinal) { ["mean"] = "0.5,0.4" },
        },
    };

    private RunFolder Folder() => RunFolder.For(_root, "study", new RunSpec());
}
