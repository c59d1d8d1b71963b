using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Tests.Lab;

/// <summary>A small study with axes, seeds and claims, and journals whose figures are known in closed form.</summary>
internal static class FixedStudy
{
    public const int Epochs = 24;

    private const string Text = """
        {
          "name": "fixed", "title": "A fixed study", "question": "Which scheme has the lowest error?",
          "base": { "epochs": 24, "trainImages": 1000, "testImages": 100 },
          "schemes": [{ "scheme": "none", "label": "None" }, { "scheme": "bn", "label": "Batch norm" }, { "scheme": "wn", "label": "Weight norm" }],
          "seeds": [1, 2, 3],
          "axes": [{ "name": "batch", "values": [{ "name": "10", "change": { "batch": 10 } }, { "name": "50", "change": { "batch": 50 } }] }],
          "profiles": [{ "name": "small", "description": "" }],
          "claims": [
            { "id": "order", "source": "nobody", "words": "BN is better than none.", "says": "error(bn, batch=50) < error(none, batch=50)" },
            { "id": "level", "source": "nobody", "words": "WN stays below 12.25%.", "says": "error(wn, batch=50) < 12.25" }
          ],
          "figures": ["errorOverAxis", "testError", "testErrorSmoothed", "trainLoss", "testErrorByTime", "epochSeconds"]
        }
        """;

    public static StudyPlan Plan() => StudyPlan.Make(StudyFile.Parse(Text, "fixed.json"));

    /// <summary>Test error in percent, the mean over the three seeds, which lie one above and one below it.</summary>
    public static double MeanError(string scheme, int batch, int epoch) =>
        (scheme switch { "bn" => 10, "wn" => 14, _ => 20 }) + (batch == 10 ? 2 : 0) + (48.0 / epoch) + (epoch % 2 == 0 ? 1.5 : -1.5);

    /// <summary>Leaves the journals of all runs, and the plan beside them.</summary>
    public static void Write(StudyPlan plan, string root)
    {
        foreach (PlannedRun run in plan.Planned)
        {
            RunFolder folder = RunFolder.For(root, plan.Study.Name, run.Spec);
            folder.Write(new RunRecord
            {
                Spec = run.Spec,
                Status = RunStatus.Finished,
                Parameters = 12_345,
                Start = new DateTimeOffset(2026, 7, 1, 22, 30, 0, TimeSpan.FromHours(2)),
                End = new DateTimeOffset(2026, 7, 1, 23, 30, 0, TimeSpan.FromHours(2)),
            });
            using JournalWriter journal = new(folder);
            for (int epoch = 1; epoch <= Epochs; epoch++)
            {
                double error = (MeanError(run.Spec.Scheme, run.Spec.Batch, epoch) + run.Seed - 2.0) / 100;
                journal.Append(new EpochRecord
                {
                    Epoch = epoch,
                    TestError = error,
                    TestLoss = 3 * error,
                    TrainLoss = 2 * error,
                    TrainError = error,
                    Seconds = run.Spec.Scheme == "bn" ? 63.25 : 50.5,
                    ImagesPerSecond = 12_345.5,
                });
            }
        }

        PlanFile.Save(plan, plan.StudyFolder(root));
    }
}
