using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Tests.Lab;

/// <summary>Run folders as training would leave them, with curves that look like some.</summary>
internal static class SyntheticRuns
{
    private static readonly DateTimeOffset Start = new(2026, 7, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>Writes every run of the plan; <paramref name="change"/> may turn one into another or drop it.</summary>
    public static void Write(StudyPlan plan, string root, Func<RunRecord, int, (RunRecord Record, int Epochs)?>? change = null)
    {
        for (int i = 0; i < plan.Runs.Count; i++)
        {
            RunRecord record = Record(plan.Runs[i], i);
            int epochs = plan.Runs[i].Epochs;
            if (change is not null)
            {
                if (change(record, i) is not { } changed)
                    continue;
                (record, epochs) = changed;
            }

            RunFolder folder = RunFolder.For(root, plan.Study.Name, record.Spec);
            folder.Write(record);
            using JournalWriter writer = new(folder);
            for (int epoch = 1; epoch <= epochs; epoch++)
            {
                writer.Append(new StepRecord { Step = epoch * 50, Epoch = epoch, Loss = 1.0 / epoch });
                writer.Append(Epoch(record.Spec, epoch));
            }
        }
    }

    private static RunRecord Record(RunSpec spec, int number) => new()
    {
        Spec = spec,
        Version = "0.1.0",
        Commit = "0123abc",
        Parameters = spec.Scheme.Contains("wn", StringComparison.Ordinal) ? 1_408_244 : 1_406_794,
        Start = Start.AddHours(number),
        End = Start.AddHours(number).AddMinutes(50),
        Status = RunStatus.Finished,
        Data = new DataRecord
        {
            Name = spec.Data,
            Fingerprint = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
            Train = 50_000,
            Test = 10_000,
            Preprocessing = new Dictionary<string, string>(StringComparer.Ordinal) { ["pixels"] = "divided by 255" },
        },
        Machine = new MachineRecord
        {
            Cpu = "A processor of 2 cores",
            Os = "Linux 6.12",
            Runtime = ".NET 10.0.12",
            Path = 512,
            Threads = 2,
        },
    };

    private static EpochRecord Epoch(RunSpec spec, int epoch)
    {
        int kind = spec.Scheme.Length + (spec.Scheme[0] * 3);
        double floor = spec.Scheme switch { "wn+mobn" => 0.16, "wn" => 0.175, "bn" => 0.185, "mobn" => 0.195, _ => 0.21 };
        double decay = Math.Exp(-epoch / (spec.Scheme == "none" ? 14.0 : 8.0));
        double wobble = Noise(kind, spec.Seed, epoch) * (0.012 + (0.05 * decay));
        double test = floor + (0.45 * decay) + wobble + (0.004 * Noise(kind, spec.Seed, 0));
        double train = Math.Max(0.01, (0.7 * Math.Exp(-epoch / 18.0)) + (floor / 3) + (wobble / 4));
        double seconds = spec.Scheme switch { "bn" => 58, "mobn" => 52, "wn" => 47, "wn+mobn" => 53, _ => 45.5 };
        seconds += Noise(kind, spec.Seed, epoch + 1000);
        return new EpochRecord
        {
            Epoch = epoch,
            TrainLoss = train * 2.9,
            TrainError = train,
            TestLoss = test * 3,
            TestError = test,
            Rate = 0.001,
            Beta1 = 0.9,
            Seconds = seconds,
            ImagesPerSecond = 50_000 / seconds / 0.9,
            Phases = new PhaseSeconds
            {
                Data = 0.03 * seconds,
                Forward = 0.29 * seconds,
                Backward = 0.5 * seconds,
                Optimizer = 0.06 * seconds,
                Evaluate = 0.1 * seconds,
            },
            PeakBytes = 812L << 20,
            WallClock = Start.AddMinutes(epoch),
        };
    }

    // Repeatable, and about uniform on −1 to 1.
    private static double Noise(int kind, ulong seed, int epoch)
    {
        ulong mixed = ((ulong)kind * 0x9E3779B97F4A7C15) ^ (seed * 0xD6E8FEB86659FD93) ^ ((ulong)epoch * 0xA0761D6478BD642F);
        mixed ^= mixed >> 32;
        mixed *= 0xD6E8FEB86659FD93;
        mixed ^= mixed >> 32;
        return ((mixed >> 11) / (double)(1UL << 52)) - 1;
    }
}
